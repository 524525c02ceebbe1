/** @file A decoder of Llama's form as Hugging Face's transformers saves it: config.json and model.safetensors. */

import { CajalError, encodeSafetensors, type Tensor } from "../../graph/index.ts";
import type { Linear } from "../../nn/index.ts";
import type { Decoder } from "./decoder.ts";
import { transposed } from "./stored.ts";

export interface WrittenDecoder {
  /** The text of config.json. */
  readonly config: string;
  /** The bytes of model.safetensors. */
  readonly weights: Uint8Array;
}

/**
 * `readDecoder` reads it back. RMS norms, gates, rotary positions, no biases.
 * @param end the token that ends texts
 * @throws CajalError `argument` for a decoder of another form
 */
export function writeLlama({ sizes, params, options }: Decoder, end?: number): WrittenDecoder {
  const tensors: Record<string, Tensor> = {};
  const matrix = (name: string, { weight, bias }: Linear<Tensor>) => {
    if (bias !== undefined) throw notLlama(`"${name}" has a bias`);
    tensors[`${name}.weight`] = transposed(weight);
  };
  const norm = (name: string, p: { readonly scale: Tensor }) => {
    if ("shift" in p) throw notLlama(`"${name}" is a layer norm`);
    tensors[`${name}.weight`] = p.scale;
  };
  if (params.positions !== undefined || options.rotary === undefined) throw notLlama("its positions are not rotary");
  const { base = 10_000, width = sizes.headWidth, pairs = "halves", scaling, attentionFactor = 1 } = options.rotary;
  if (width !== sizes.headWidth || pairs !== "halves" || scaling !== undefined || attentionFactor !== 1)
    throw notLlama("its positions turn in another way");
  tensors["model.embed_tokens.weight"] = params.tokens.weight;
  for (const [i, block] of params.blocks.entries()) {
    const at = `model.layers.${i}`;
    norm(`${at}.input_layernorm`, block.attentionNorm);
    norm(`${at}.post_attention_layernorm`, block.feedForwardNorm);
    const { query, key, value, output } = block.attention;
    for (const [name, layer] of Object.entries({ q: query, k: key, v: value, o: output }))
      matrix(`${at}.self_attn.${name}_proj`, layer);
    if (!("gate" in block.feedForward)) throw notLlama("its feed-forward networks have no gates");
    for (const name of ["gate", "up", "down"] as const) matrix(`${at}.mlp.${name}_proj`, block.feedForward[name]);
  }
  norm("model.norm", params.norm);
  if (params.head !== undefined) matrix("lm_head", params.head);
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: sizes.vocabulary,
    hidden_size: sizes.width,
    intermediate_size: sizes.hidden,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.heads,
    num_key_value_heads: sizes.keyValueHeads,
    head_dim: sizes.headWidth,
    max_position_embeddings: sizes.context,
    hidden_act: "silu",
    rms_norm_eps: options.epsilon ?? 1e-5,
    rope_theta: base,
    tie_word_embeddings: params.head === undefined,
    ...(end !== undefined && { bos_token_id: end, eos_token_id: end }),
  };
  return { config: `${JSON.stringify(config, null, 2)}\n`, weights: encodeSafetensors(tensors) };
}

function notLlama(what: string): CajalError {
  return new CajalError("argument", `this decoder is not of Llama's form: ${what}`);
}
