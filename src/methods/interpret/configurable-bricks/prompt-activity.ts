/** @file How active each neuron is on a prompt: A_i = the mean of |a_i| over the prompt's tokens. */

import { CajalError, collect, type Value } from "../../../graph/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import type { FeedForward } from "./feed-forward.ts";
import { onTexts, type PassFeeds, type PassOptions, type Tokens } from "./text-passes.ts";

/** Taps of a model, float32 [batch, steps, units], within a traced function. @throws CajalError `unknown-layer` */
export function tapped(model: TextModel, feeds: PassFeeds<Value>, names: readonly string[]): Value[] {
  const wanted = new Set(names);
  const apply = (tokens: Value, present: Value) => model.apply(tokens, present, feeds.weights);
  const { taps } = collect(apply, (name) => wanted.has(name))(feeds.tokens, feeds.present);
  const [batch, steps] = feeds.tokens.shape;
  return names.map((name) => {
    const value = taps[name];
    if (value === undefined) throw new CajalError("unknown-layer", `${model.name} taps no "${name}"`);
    return value.cast("float32").reshape([batch, steps, value.shape[value.rank - 1]]);
  });
}

/**
 * Of each layer [prompts, neurons], row by row.
 * @param options `absolute`: false takes the mean of a_i itself
 * @throws CajalError `not-finite` with the neuron, or as the model
 */
export async function promptActivity(
  model: TextModel,
  layers: readonly FeedForward[],
  prompts: readonly Tokens[],
  { absolute = true, ...options }: PassOptions & { readonly absolute?: boolean } = {},
): Promise<Float32Array[]> {
  const activity = layers.map(({ neurons }) => new Float32Array(prompts.length * neurons));
  await onTexts(
    model,
    prompts,
    (feeds) => {
      const weight = feeds.own.div(feeds.own.sum(1, true).add(1e-9)).unsqueeze(-1);
      const names = layers.map(({ name }) => name);
      const means = tapped(model, feeds, names).map((a) => (absolute ? a.abs() : a).mul(weight).sum(1));
      return Object.fromEntries(means.map((mean, l) => [layers[l].name, mean]));
    },
    (results, rows) => {
      for (const [l, { name, neurons }] of layers.entries()) {
        const data = results[name].numbers();
        for (const [row, index] of rows.entries())
          activity[l].set(data.subarray(row * neurons, (row + 1) * neurons), index * neurons);
      }
    },
    options,
  );
  for (const [l, { name, neurons }] of layers.entries()) {
    const wrong = activity[l].findIndex((v) => !Number.isFinite(v));
    if (wrong >= 0)
      throw new CajalError(
        "not-finite",
        `${name}:${wrong % neurons} is ${activity[l][wrong]} on prompt ${Math.floor(wrong / neurons)}`,
      );
  }
  return activity;
}
