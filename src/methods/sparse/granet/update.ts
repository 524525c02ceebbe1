/** @file One update of the masks: gradual pruning over all layers, then regeneration within each. */

import type { Rng, Tensor } from "../../../graph/index.ts";
import { pruneGlobal, pruneUniform } from "../magnitude.ts";
import { connections, type Maskable, union } from "../masks.ts";
import type { Recipe } from "./recipe.ts";
import { exchangeCount, growLargest, removeSmallest } from "./regenerate.ts";
import { densityAt, exchangedAt, type Timetable } from "./schedules.ts";

/** A layer's weight, its last gradient, its mask. */
export interface LayerNow {
  readonly layer: Maskable;
  readonly weights: Tensor;
  /** Dense: ∂L/∂W at the masked weights. */
  readonly gradient: Tensor;
  readonly mask: Tensor;
  /** Entries that have ever been connections. */
  readonly explored: Tensor;
}

/** What an update did to a layer. */
export interface LayerUpdate {
  readonly mask: Tensor;
  /** Connections from before that stay: what was removed and grown again begins at zero, too. */
  readonly kept: Tensor;
  readonly explored: Tensor;
  /** Connections that gradual pruning removed. */
  readonly pruned: number;
  /** Connections that regeneration exchanged. */
  readonly grown: number;
}

/**
 * The update after a step, on the weights that the step left. @param rng for random growth: of this step alone
 * @throws CajalError `argument` when a layer would lose its last connection
 */
export function updateMasks(
  layers: readonly LayerNow[],
  step: number,
  { initDensity, finalDensity, pruneRate, growth, scope }: Recipe,
  table: Timetable,
  rng: Rng,
): LayerUpdate[] {
  const weights = layers.map((layer) => layer.weights);
  const masks = layers.map(({ mask }) => mask);
  const names = layers.map(({ layer }) => layer.path);
  const prune = scope === "global" ? pruneGlobal : pruneUniform;
  const pruned =
    initDensity > finalDensity
      ? prune(weights, masks, densityAt(step, initDensity, finalDensity, table), names)
      : masks;
  const share = exchangedAt(step, pruneRate, table);
  return layers.map((now, l) => {
    const grown = share === 0 ? 0 : exchangeCount(pruned[l], share);
    const kept = grown === 0 ? pruned[l] : removeSmallest(now.weights, pruned[l], grown);
    const score = () => (growth === "random" ? rng.split(now.layer.path).uniform(now.mask.shape) : now.gradient);
    const mask = grown === 0 ? kept : growLargest(score(), kept, grown);
    return {
      mask,
      kept,
      explored: union(now.explored, mask),
      pruned: connections(now.mask) - connections(pruned[l]),
      grown,
    };
  });
}
