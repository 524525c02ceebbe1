/** @file GPT-2 (Radford et al. 2019): learned positions, layer norms, one matrix for queries, keys and values. */

import { Tensor } from "../../graph/index.ts";
import type { Linear } from "../../nn/index.ts";
import { type Architecture, layersOf, prefixOf } from "./architecture.ts";
import { embeddingAt, layerNormAt, linearAt, Stored } from "./stored.ts";

export const gpt2: Architecture = (config, names) => {
  const width = config.size("n_embd");
  const heads = config.size("n_head");
  const layers = layersOf(config, "n_layer");
  const sizes = {
    vocabulary: config.size("vocab_size"),
    width,
    layers,
    heads,
    keyValueHeads: heads,
    headWidth: width / heads,
    hidden: config.size("n_inner", 4 * width),
    context: config.size("n_positions", config.has("n_ctx") ? config.size("n_ctx") : 1024),
  };
  const { vocabulary, hidden, headWidth, context } = sizes;
  const at = prefixOf(names, "transformer.", "wte.weight");
  const scale = config.flag("scale_attn_weights", true) ? 1 / Math.sqrt(headWidth) : 1;
  const byDepth = config.flag("scale_attn_by_inverse_layer_idx", false);
  const tied = config.flag("tie_word_embeddings", true);
  return {
    sizes,
    options: {
      heads,
      scale,
      activation: config.activation("activation_function", "gelu_new"),
      epsilon: config.positive("layer_norm_epsilon", 1e-5),
      ...(byDepth && { perBlock: Array.from({ length: layers }, (_, i) => ({ scale: scale / (i + 1) })) }),
    },
    stored: {
      tokens: embeddingAt(`${at}wte`, vocabulary, width),
      positions: embeddingAt(`${at}wpe`, context, width),
      blocks: Array.from({ length: layers }, (_, i) => {
        const block = `${at}h.${i}`;
        const [query, key, value] = [0, 1, 2].map((part) => conv1d(`${block}.attn.c_attn`, width, width, [part, 3]));
        return {
          attentionNorm: layerNormAt(`${block}.ln_1`, width),
          attention: { query, key, value, output: conv1d(`${block}.attn.c_proj`, width, width) },
          feedForwardNorm: layerNormAt(`${block}.ln_2`, width),
          feedForward: [conv1d(`${block}.mlp.c_fc`, width, hidden), conv1d(`${block}.mlp.c_proj`, hidden, width)],
        };
      }),
      norm: layerNormAt(`${at}ln_f`, width),
      ...(!tied && { head: linearAt("lm_head", width, vocabulary, false) }),
    },
    ...(tied && { spare: /^lm_head\.weight$/ }),
  };
};

/** GPT-2 keeps matrices as [inputs, outputs]. @param part this one of so many matrices side by side */
function conv1d(name: string, inputs: number, outputs: number, [part, parts] = [0, 1]): Linear<Stored> {
  const columns = ({ data, shape }: Tensor) => {
    const rows = shape.length === 1 ? 1 : shape[0];
    const result = new Float32Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      const from = (row * parts + part) * outputs;
      result.set((data as Float32Array).subarray(from, from + outputs), row * outputs);
    }
    return new Tensor("float32", shape.length === 1 ? [outputs] : [rows, outputs], result);
  };
  const convert = parts === 1 ? undefined : columns;
  return {
    weight: new Stored(`${name}.weight`, [inputs, parts * outputs], convert),
    bias: new Stored(`${name}.bias`, [parts * outputs], convert),
  };
}
