/**
 * @file Llama (Touvron et al. 2023) and its kin: RMS norms, rotary positions, gated networks, shared keys and values. Mistral sees a window of
 * steps, Qwen 2 has biases on queries, keys and values, Qwen 3 norms queries and keys, Phi-3 may turn a part of each head and keeps matrices
 * that read the same in one; Gemma's differences are in gemma.ts.
 */

import type { Block } from "../../nn/index.ts";
import { type Architecture, type Described, layersOf, prefixOf, windowed } from "./architecture.ts";
import type { Config } from "./config.ts";
import type { DecoderSizes } from "./decoder.ts";
import { rotaryOf } from "./rotary.ts";
import { embeddingAt, linearAt, rmsNormAt, type Stored, stackedAt } from "./stored.ts";

/** How the layouts of the family differ. */
export interface Layout {
  readonly queryBias: boolean;
  readonly outputBias: boolean;
  readonly feedForwardBias: boolean;
  /** Whether queries and keys are normed. */
  readonly normed: boolean;
  /** Whether there are norms behind attention and feed-forward network, too (Gemma 2 and 3). */
  readonly after: boolean;
  /** Whether queries, keys and values stand in one matrix, and gates with what they let through. */
  readonly stacked: boolean;
  /** What is added to the weights of norms. */
  readonly normOffset: number;
  /** Where the config does not say whether the head is the embedding. */
  readonly tied: boolean;
}

export const plainLayout: Layout = {
  queryBias: false,
  outputBias: false,
  feedForwardBias: false,
  normed: false,
  after: false,
  stacked: false,
  normOffset: 0,
  tied: false,
};

export const llama: Architecture = (config, names) => {
  const bias = config.flag("attention_bias", false);
  const layout = {
    ...plainLayout,
    queryBias: bias,
    outputBias: bias,
    feedForwardBias: config.flag("mlp_bias", false),
  };
  return { ...placed(config, names, layout, sizesOf(config)), options: optionsOf(config) };
};

export const mistral: Architecture = (config, names) => ({
  ...placed(config, names, plainLayout, sizesOf(config)),
  options: { ...optionsOf(config), ...windowOf(config) },
});

export const qwen2: Architecture = (config, names) => ({
  ...placed(config, names, { ...plainLayout, queryBias: true }, sizesOf(config)),
  options: qwenOptions(config),
});

export const qwen3: Architecture = (config, names) => {
  const bias = config.flag("attention_bias", false);
  const layout = { ...plainLayout, queryBias: bias, outputBias: bias, normed: true };
  return { ...placed(config, names, layout, sizesOf(config, 128)), options: qwenOptions(config) };
};

export const phi3: Architecture = (config, names) => {
  const sizes = sizesOf(config);
  const options = optionsOf(config);
  const share = (config.part("rope_parameters") ?? config).positive("partial_rotary_factor", 1);
  return {
    ...placed(config, names, { ...plainLayout, stacked: true }, sizes),
    options: {
      ...options,
      ...windowOf(config),
      rotary: { ...options.rotary, width: Math.floor(sizes.headWidth * share) },
    },
  };
};

/** @param headWidth where the config does not say it; default: width / heads */
export function sizesOf(config: Config, headWidth?: number): DecoderSizes {
  const width = config.size("hidden_size");
  const heads = config.size("num_attention_heads");
  return {
    vocabulary: config.size("vocab_size"),
    width,
    layers: layersOf(config),
    heads,
    keyValueHeads: config.size("num_key_value_heads", heads),
    headWidth: config.has("head_dim") ? config.size("head_dim") : (headWidth ?? width / heads),
    hidden: config.size("intermediate_size"),
    context: config.size("max_position_embeddings", 2048),
  };
}

export function optionsOf(config: Config): Described["options"] {
  return {
    heads: config.size("num_attention_heads"),
    rotary: rotaryOf(config, 10_000),
    activation: config.activation("hidden_act", "silu"),
    epsilon: config.positive("rms_norm_eps", 1e-6),
  };
}

function windowOf(config: Config): Pick<Described["options"], "window"> {
  return config.has("sliding_window") ? { window: config.size("sliding_window") } : {};
}

/** The later blocks may see a window only. */
function qwenOptions(config: Config): Described["options"] {
  const options = optionsOf(config);
  if (!config.flag("use_sliding_window", false) || !config.has("sliding_window")) return options;
  const window = config.size("sliding_window");
  const first = config.number("max_window_layers", 28);
  const local = windowed(config, layersOf(config), (i) => i >= first);
  return { ...options, perBlock: local.map((is) => (is ? { window } : {})) };
}

/** Where the parameters stand. */
export function placed(
  config: Config,
  names: ReadonlySet<string>,
  layout: Layout,
  sizes: DecoderSizes,
): Omit<Described, "options"> {
  const { vocabulary, width, layers } = sizes;
  const at = prefixOf(names, "model.", "embed_tokens.weight");
  const tied = config.flag("tie_word_embeddings", layout.tied);
  return {
    sizes,
    stored: {
      tokens: embeddingAt(`${at}embed_tokens`, vocabulary, width),
      blocks: Array.from({ length: layers }, (_, i) => blockAt(`${at}layers.${i}`, layout, sizes)),
      norm: rmsNormAt(`${at}norm`, width, layout.normOffset),
      ...(!tied && { head: linearAt("lm_head", width, vocabulary, false) }),
    },
    ...(tied && { spare: /^lm_head\.weight$/ }),
  };
}

function blockAt(at: string, layout: Layout, sizes: DecoderSizes): Block<Stored> {
  const { width, heads, keyValueHeads, headWidth, hidden } = sizes;
  const norm = (name: string, size = width) => rmsNormAt(`${at}.${name}`, size, layout.normOffset);
  const attention = `${at}.self_attn`;
  const project = (name: string, count: number) =>
    linearAt(`${attention}.${name}_proj`, width, count * headWidth, layout.queryBias);
  const feed = (name: string, inputs: number, outputs: number) =>
    linearAt(`${at}.mlp.${name}_proj`, inputs, outputs, layout.feedForwardBias);
  const shares = [heads, keyValueHeads, keyValueHeads].map((count) => count * headWidth);
  const [query, key, value] = layout.stacked
    ? stackedAt(`${attention}.qkv_proj`, width, shares)
    : [project("q", heads), project("k", keyValueHeads), project("v", keyValueHeads)];
  const [gate, up] = layout.stacked
    ? stackedAt(`${at}.mlp.gate_up_proj`, width, [hidden, hidden])
    : [feed("gate", width, hidden), feed("up", width, hidden)];
  return {
    attentionNorm: norm("input_layernorm"),
    attention: {
      ...{ query, key, value },
      output: linearAt(`${attention}.o_proj`, heads * headWidth, width, layout.outputBias),
      ...(layout.normed && {
        queryNorm: norm("self_attn.q_norm", headWidth),
        keyNorm: norm("self_attn.k_norm", headWidth),
      }),
    },
    ...(layout.after && { attentionAfterNorm: norm("post_attention_layernorm") }),
    feedForwardNorm: norm(layout.after ? "pre_feedforward_layernorm" : "post_attention_layernorm"),
    feedForward: { gate, up, down: feed("down", hidden, width) },
    ...(layout.after && { feedForwardAfterNorm: norm("post_feedforward_layernorm") }),
  };
}
