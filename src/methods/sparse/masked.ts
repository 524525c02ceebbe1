/** @file An optimiser that keeps masked weights at zero, whatever optimiser it is given. */

import { forEachLeaf, mapLeaves, type Replace, Tensor, type Value } from "../../graph/index.ts";
import type { Optimiser, OptimiserState } from "../../nn/index.ts";
import { applyMasks, type Masks } from "./masks.ts";

/** What it carries: between steps the masks may be replaced (see `remask`). */
export interface MaskedState<L extends Tensor | Value> {
  readonly masks: Masks<L>;
  readonly inner: OptimiserState<L>;
}

/**
 * The optimiser sees no gradient where a mask is zero, and moves nothing there: such entries of the parameters, zero before, stay exactly
 * zero, and so does what the optimiser remembers of them.
 * @param masks by path in the parameters; the parameters must be zero outside them from the start
 */
export function masked(optimiser: Optimiser, masks: Masks): Optimiser {
  return {
    init: (params) => ({ masks, inner: optimiser.init(params) }),
    update: <P>(gradients: Replace<P, Value>, state: OptimiserState<Value>, params: P) => {
      const before = maskedState(state);
      const zeroOutside = (tree: Replace<P, Value>) =>
        mapLeaves(tree, (leaf, path) => {
          const value = leaf as Value;
          return Object.hasOwn(before.masks, path) ? before.masks[path].where(value, 0) : value;
        }) as Replace<P, Value>;
      const { updates, state: inner } = optimiser.update(zeroOutside(gradients), before.inner, params);
      return { updates: zeroOutside(updates), state: { masks: before.masks, inner } };
    },
  };
}

/** The parts of a masked optimiser's state. */
export function maskedState<L extends Tensor | Value>(state: OptimiserState<L>): MaskedState<L> {
  return state as unknown as MaskedState<L>;
}

/**
 * The state with other masks. What the optimiser remembers of entries that are not in `kept` is forgotten, so that connections that are
 * new begin without momentum.
 * @param params of which shapes and paths count
 */
export function remask(state: MaskedState<Tensor>, params: unknown, masks: Masks, kept: Masks): OptimiserState<Tensor> {
  return { masks, inner: forget(state.inner, params, kept) };
}

/** An optimiser's state with zeros for masked entries, in each tree of it that is like the parameters: velocities, means, sums. */
export function forget<T extends OptimiserState<Tensor> | Tensor>(state: T, params: unknown, kept: Masks): T {
  const layout = layoutOf(params);
  const walk = (part: unknown): unknown => {
    if (layoutOf(part) === layout) return applyMasks(part, kept);
    if (part instanceof Tensor) return part;
    return Object.fromEntries(Object.entries(part as object).map(([name, child]) => [name, walk(child)]));
  };
  return walk(state) as T;
}

function layoutOf(tree: unknown): string {
  const leaves: string[] = [];
  forEachLeaf(tree, (leaf, path) => leaves.push(`${path} ${leaf}`));
  return leaves.join("\n");
}
