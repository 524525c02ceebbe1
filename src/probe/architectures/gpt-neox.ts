/** @file GPT-NeoX and Pythia (Black et al. 2022): parallel attention and feed-forward, rotary positions on part of each head. */

import { Tensor } from "../../graph/index.ts";
import type { Linear } from "../../nn/index.ts";
import { type Architecture, layersOf, prefixOf } from "./architecture.ts";
import { rotaryOf } from "./rotary.ts";
import { embeddingAt, layerNormAt, linearAt, Stored } from "./stored.ts";

export const gptNeox: Architecture = (config, names) => {
  const width = config.size("hidden_size");
  const heads = config.size("num_attention_heads");
  const layers = layersOf(config);
  const headWidth = width / heads;
  const hidden = config.size("intermediate_size");
  const vocabulary = config.size("vocab_size");
  const at = prefixOf(names, "gpt_neox.", "embed_in.weight");
  const rope = config.part("rope_parameters");
  const rotary = rotaryOf(config, config.positive("rotary_emb_base", 10_000));
  const share = rope?.has("partial_rotary_factor")
    ? rope.positive("partial_rotary_factor")
    : config.positive("rotary_pct", config.positive("partial_rotary_factor", 0.25));
  const bias = config.flag("attention_bias", true);
  const tied = config.flag("tie_word_embeddings", false);
  return {
    sizes: {
      vocabulary,
      width,
      layers,
      heads,
      keyValueHeads: heads,
      headWidth,
      hidden,
      context: config.size("max_position_embeddings", 2048),
    },
    options: {
      heads,
      rotary: { ...rotary, width: Math.floor(headWidth * share) },
      activation: config.activation("hidden_act", "gelu"),
      epsilon: config.positive("layer_norm_eps", 1e-5),
      placement: config.flag("use_parallel_residual", true) ? "parallel" : "pre",
    },
    stored: {
      tokens: embeddingAt(`${at}embed_in`, vocabulary, width),
      blocks: Array.from({ length: layers }, (_, i) => {
        const block = `${at}layers.${i}`;
        const part = (k: number) => interleaved(`${block}.attention.query_key_value`, width, heads, k, bias);
        return {
          attentionNorm: layerNormAt(`${block}.input_layernorm`, width),
          attention: {
            query: part(0),
            key: part(1),
            value: part(2),
            output: linearAt(`${block}.attention.dense`, width, width, bias),
          },
          feedForwardNorm: layerNormAt(`${block}.post_attention_layernorm`, width),
          feedForward: [
            linearAt(`${block}.mlp.dense_h_to_4h`, width, hidden, true),
            linearAt(`${block}.mlp.dense_4h_to_h`, hidden, width, true),
          ],
        };
      }),
      norm: layerNormAt(`${at}final_layer_norm`, width),
      ...(!tied && { head: linearAt("embed_out", width, vocabulary, false) }),
    },
    ...(tied && { spare: /^embed_out\.weight$/ }),
  };
};

/** Rows [heads, 3, headWidth] of one matrix [3 · width, width]: each head's query, key and value follow each other. */
function interleaved(name: string, width: number, heads: number, part: number, bias: boolean): Linear<Stored> {
  const headWidth = width / heads;
  const first = (output: number) => 3 * (output - (output % headWidth)) + part * headWidth + (output % headWidth);
  const weight = ({ data }: Tensor) => {
    const result = new Float32Array(width * width);
    for (let output = 0; output < width; output++) {
      const row = first(output) * width;
      for (let input = 0; input < width; input++) result[input * width + output] = Number(data[row + input]);
    }
    return new Tensor("float32", [width, width], result);
  };
  const vector = ({ data }: Tensor) =>
    new Tensor(
      "float32",
      [width],
      Float32Array.from({ length: width }, (_, output) => Number(data[first(output)])),
    );
  return {
    weight: new Stored(`${name}.weight`, [3 * width, width], weight),
    ...(bias && { bias: new Stored(`${name}.bias`, [3 * width], vector) }),
  };
}
