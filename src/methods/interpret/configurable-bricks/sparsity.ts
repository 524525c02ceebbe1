/** @file How few neurons a token needs: the loss when those with the smallest values are masked, token by token and layer by layer. */

import { CajalError, Tensor, topK, type Value } from "../../../graph/index.ts";
import type { TextEdits, TextModel } from "../../../probe/index.ts";
import { type FeedForward, findFeedForward, outputNorms } from "./feed-forward.ts";
import type { FunctionSet } from "./function-sets.ts";
import { tapped } from "./prompt-activity.ts";
import { functionLosses } from "./text-loss.ts";
import { onTexts, type PassOptions, type Tokens } from "./text-passes.ts";

/** What is small: |a_i|, or |a_i|·‖o_i‖, how much the neuron adds to the stream. */
export type Indicator = "activation" | "magnitude";

export interface SparsityCurve {
  readonly by: Indicator;
  readonly functions: readonly string[];
  /** Shares of neurons that are masked, the first 0. */
  readonly masks: readonly number[];
  /** Nats per token, [mask][function]. */
  readonly loss: readonly (readonly number[])[];
}

/** @throws CajalError `argument` for a share outside 0 … 1 */
export async function sparsityCurve(
  model: TextModel,
  sets: readonly FunctionSet[],
  masks: readonly number[],
  by: Indicator,
  options?: PassOptions,
): Promise<SparsityCurve> {
  const layers = await findFeedForward(model);
  const all = [...new Set([0, ...masks])].sort((a, b) => a - b);
  const loss: number[][] = [];
  for (const share of all) loss.push(await functionLosses(await masked(model, layers, share, by), sets, options));
  return { by, functions: sets.map(({ name }) => name), masks: all, loss };
}

/**
 * The model with the share of its neurons masked that have the smallest values, in each layer at each token anew.
 * @throws CajalError `argument` for a share outside 0 … 1
 */
export async function masked(
  model: TextModel,
  layers: readonly FeedForward[],
  share: number,
  by: Indicator,
): Promise<TextModel> {
  if (!(share >= 0 && share < 1))
    throw new CajalError("argument", `a share of ${share} of the neurons cannot be masked; from 0 to less than 1 can`);
  const edits: Record<string, TextEdits[string]> = {};
  for (const layer of layers) {
    const kept = Math.max(1, layer.neurons - Math.round(share * layer.neurons));
    if (kept === layer.neurons) continue;
    const norms = by === "activation" ? undefined : Tensor.of(await outputNorms(layer), [layer.neurons]);
    edits[layer.name] = {
      compute: (a) => {
        const value = norms === undefined ? a.abs() : a.abs().mul(a.tracer.lift(norms, "float32"));
        return a.mul(largestOf(value, kept));
      },
    };
  }
  return Object.keys(edits).length === 0 ? model : model.edit(edits);
}

/** 1 where a value is among the `count` largest of the last axis, else 0; equal ones are taken together. */
export function largestOf(value: Value, count: number): Value {
  const least = topK(value, count).values.slice([count - 1], [count], [value.rank - 1]);
  return value.less(least).not().cast("float32");
}

export interface ActivationDistribution {
  /** Values as shares of the largest one of the layer at the token. */
  readonly thresholds: readonly number[];
  /** Share of neurons and tokens whose value is at most the threshold, [layer][threshold]. */
  readonly atMost: readonly (readonly number[])[];
  readonly layers: readonly string[];
}

/** The cumulative distribution of |a_i| or |a_i|·‖o_i‖ over the largest of the layer, per token. */
export async function activationDistribution(
  model: TextModel,
  texts: readonly Tokens[],
  by: Indicator,
  {
    thresholds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1],
    ...options
  }: PassOptions & { readonly thresholds?: readonly number[] } = {},
): Promise<ActivationDistribution> {
  const layers = await findFeedForward(model);
  const norms = await Promise.all(layers.map(outputNorms));
  const counts = layers.map(() => thresholds.map(() => 0));
  let tokens = 0;
  await onTexts(
    model,
    texts,
    (feeds) => {
      const names = layers.map(({ name }) => name);
      const shares = tapped(model, feeds, names).map((a, l) => {
        const value =
          by === "activation" ? a.abs() : a.abs().mul(a.tracer.lift(Tensor.of(norms[l], [norms[l].length]), "float32"));
        const relative = value.div(value.max(-1, true).add(1e-30));
        const below = thresholds.map((t) =>
          relative.greater(t).not().cast("float32").mean(-1).mul(feeds.own).sum().reshape([1]),
        );
        return below;
      });
      const flat = shares.flatMap((below, l) => below.map((v, t) => [`${l} ${t}`, v] as const));
      return Object.fromEntries([...flat, ["tokens", feeds.own.sum()]]);
    },
    (results) => {
      tokens += results.tokens.item();
      for (const [l, of] of counts.entries()) for (const t of of.keys()) of[t] += results[`${l} ${t}`].item();
    },
    options,
  );
  return { thresholds, atMost: counts.map((of) => of.map((c) => c / tokens)), layers: layers.map(({ name }) => name) };
}
