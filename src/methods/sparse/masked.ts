/** @file An optimiser that keeps masked weights at zero, whatever optimiser it is given. */

import { forEachLeaf, mapLeaves, type Replace, Tensor, type Value } from "../../graph/index.ts";
import type { Optimiser, OptimiserState } from "../../nn/index.ts";
import { applyMasks, type Masks } from "./masks.ts";

/** What it carries: between steps the masks may be replaced (see `remask`). */
export interface MaskedState<L extends Tensor | Value> {
  readonly masks: Masks<L>;
  /** The last gradient of each masked weight, also where the mask is zero; nothing unless it is asked for. */
  readonly gradients: Masks<L>;
  readonly inner: OptimiserState<L>;
}

/**
 * The optimiser sees no gradient where a mask is zero, and moves nothing there: such entries of the parameters, zero before, stay exactly
 * zero, and so does what the optimiser remembers of them.
 * @param masks by path in the parameters; the parameters must be zero outside them from the start
 * @param keepGradients the state then has the whole gradients of the masked weights, masked entries included
 */
export function masked(optimiser: Optimiser, masks: Masks, { keepGradients = false } = {}): Optimiser {
  return {
    init: (params) => {
      const gradients: Record<string, Tensor> = {};
      forEachLeaf(params, ({ shape, dtype }, path) => {
        if (keepGradients && Object.hasOwn(masks, path)) gradients[path] = Tensor.zeros(shape, dtype);
      });
      return { masks, gradients, inner: optimiser.init(params) };
    },
    update: <P>(gradients: Replace<P, Value>, state: OptimiserState<Value>, params: P) => {
      const before = maskedState(state);
      const kept: Record<string, Value> = {};
      const outsideZero = (tree: Replace<P, Value>) =>
        mapLeaves(tree, (leaf, path) => {
          const value = leaf as Value;
          return Object.hasOwn(before.masks, path) ? before.masks[path].where(value, 0) : value;
        }) as Replace<P, Value>;
      forEachLeaf(gradients, (leaf, path) => {
        if (Object.hasOwn(before.gradients, path)) kept[path] = leaf as Value;
      });
      const { updates, state: inner } = optimiser.update(outsideZero(gradients), before.inner, params);
      return { updates: outsideZero(updates), state: { masks: before.masks, gradients: kept, inner } };
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
  return { masks, gradients: state.gradients, inner: forget(state.inner, params, kept) };
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
