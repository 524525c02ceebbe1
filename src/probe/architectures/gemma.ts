/**
 * @file Gemma 1, 2 and 3 (text): Llama's layout with norms that scale by 1 + w, vectors of tokens times √width, and the head tied to them.
 * Gemma 2 caps scores and logits and has windows in every other block; Gemma 3 norms queries and keys instead and has a window, and faster
 * positions, in five of six blocks.
 */

import { type Architecture, layersOf, windowed } from "./architecture.ts";
import type { Config } from "./config.ts";
import { optionsOf, placed, plainLayout, sizesOf } from "./llama.ts";
import { rotaryOf } from "./rotary.ts";

const layout = { ...plainLayout, normOffset: 1, tied: true };
const headWidth = 256;

export const gemma: Architecture = (config, names) => ({
  ...placed(config, names, biased(config, layout), sizesOf(config, headWidth)),
  options: gemmaOptions(config),
});

export const gemma2: Architecture = (config, names) => {
  const local = windowed(config, layersOf(config), (i) => i % 2 === 0);
  const window = config.size("sliding_window", 4096);
  return {
    ...placed(config, names, biased(config, { ...layout, after: true }), sizesOf(config, headWidth)),
    options: {
      ...gemmaOptions(config),
      ...capped(config),
      perBlock: local.map((is) => (is ? { window } : {})),
    },
  };
};

export const gemma3: Architecture = (config, names) => {
  const pattern = config.size("sliding_window_pattern", config.size("_sliding_window_pattern", 6));
  const local = windowed(config, layersOf(config), (i) => (i + 1) % pattern !== 0);
  const window = config.size("sliding_window", 4096);
  const ropes = config.part("rope_parameters");
  const near = ropes?.part("sliding_attention");
  const rotary =
    near === undefined ? { base: config.positive("rope_local_base_freq", 10_000) } : rotaryOf(config, 10_000, near);
  return {
    ...placed(config, names, biased(config, { ...layout, after: true, normed: true }), sizesOf(config, headWidth)),
    options: {
      ...gemmaOptions(config),
      ...capped(config),
      rotary: rotaryOf(config, 1_000_000, ropes?.part("full_attention") ?? ropes),
      perBlock: local.map((is) => (is ? { window, rotary } : {})),
    },
  };
};

function biased(config: Config, from: typeof plainLayout): typeof plainLayout {
  const bias = config.flag("attention_bias", false);
  return { ...from, queryBias: bias, outputBias: bias };
}

function gemmaOptions(config: Config) {
  return {
    ...optionsOf(config),
    // The first configs say "gelu" and mean its approximation, by which the models were trained.
    activation: config.activation("hidden_activation", "gelu_pytorch_tanh"),
    embeddingScale: Math.sqrt(config.size("hidden_size")),
  };
}

/** What scores are scaled by, and the caps of scores and logits where there are any. */
function capped(config: Config) {
  return {
    scale: 1 / Math.sqrt(config.positive("query_pre_attn_scalar", 256)),
    ...(config.has("attn_logit_softcapping") && { scoreCap: config.positive("attn_logit_softcapping") }),
    ...(config.has("final_logit_softcapping") && { logitCap: config.positive("final_logit_softcapping") }),
  };
}
