/** @file Rotary positions as config.json says them, in the fields of Hugging Face's transformers. */

import type { RotaryOptions } from "../../nn/index.ts";
import type { Config } from "./config.ts";

/** Reads how speeds are scaled. @param whole the config that it is a part of */
type Scaling = (scaling: Config, whole: Config) => Pick<RotaryOptions, "scaling" | "attentionFactor">;

/** By the names of "rope_type". "su" is what the first Phi-3 called LongRoPE. */
const scalings: Readonly<Record<string, Scaling>> = {
  default: () => ({}),
  linear: (scaling) => ({ scaling: { kind: "linear", factor: scaling.positive("factor") } }),
  llama3: (scaling) => ({
    scaling: {
      kind: "by-turns",
      factor: scaling.positive("factor"),
      slowTurns: scaling.positive("low_freq_factor"),
      fastTurns: scaling.positive("high_freq_factor"),
      context: scaling.size("original_max_position_embeddings"),
    },
  }),
  yarn,
  longrope: longRope,
  su: longRope,
};

/** "rope_theta" and "rope_scaling", or "rope_parameters" of newer files. @param base where the config says none */
export function rotaryOf(config: Config, base: number, parameters = config.part("rope_parameters")): RotaryOptions {
  const scaling = parameters ?? config.part("rope_scaling");
  const theta = parameters?.has("rope_theta") ? parameters : config;
  const options = { base: theta.positive("rope_theta", base) };
  if (scaling === undefined) return options;
  const field = scaling.has("rope_type") ? "rope_type" : "type";
  const kind = scaling.text(field, "default");
  if (!Object.hasOwn(scalings, kind))
    throw scaling.unsupported(field, kind, `Rotary positions are scaled by: ${Object.keys(scalings).join(", ")}.`);
  return { ...options, ...scalings[kind](scaling, config) };
}

/** The longest text that the scaling is made for: with YaRN, configs may keep the length of before. @param context what the config says */
export function scaledContext(rotary: RotaryOptions | undefined, context: number): number {
  const scaling = rotary?.scaling;
  return scaling?.kind === "yarn" ? Math.max(context, Math.floor(scaling.factor * scaling.context)) : context;
}

/** How far a model reads without scaling, and how many times as far with it. */
function lengths(scaling: Config, whole: Config): { context: number; factor: number } {
  const first = "original_max_position_embeddings";
  const from = [scaling, whole].find((part) => part.has(first));
  const context = from?.size(first) ?? whole.size("max_position_embeddings");
  const factor = from && !scaling.has("factor") ? whole.size("max_position_embeddings") / context : undefined;
  return { context, factor: factor ?? scaling.positive("factor") };
}

function yarn(scaling: Config, whole: Config): ReturnType<Scaling> {
  const { context, factor } = lengths(scaling, whole);
  // √(1/t) of the paper.
  const temperature = (weight = 1) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const [up, down] = [scaling.number("mscale", 0), scaling.number("mscale_all_dim", 0)];
  const usual = up !== 0 && down !== 0 ? temperature(up) / temperature(down) : temperature();
  return {
    scaling: {
      kind: "yarn",
      ...{ factor, context },
      slowTurns: scaling.positive("beta_slow", 1),
      fastTurns: scaling.positive("beta_fast", 32),
      truncate: scaling.flag("truncate", true),
    },
    attentionFactor: scaling.positive("attention_factor", usual),
  };
}

function longRope(scaling: Config, whole: Config): ReturnType<Scaling> {
  const { context, factor } = lengths(scaling, whole);
  const usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(context));
  return {
    scaling: {
      kind: "longrope",
      short: scaling.positives("short_factor"),
      long: scaling.positives("long_factor"),
      context,
    },
    attentionFactor: scaling.positive("attention_factor", usual),
  };
}
