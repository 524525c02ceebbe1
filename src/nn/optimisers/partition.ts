/** @file Different optimisers for different parameters, and limits for some of them. */

import {
  CajalError,
  forEachLeaf,
  leavesOf,
  type Replace,
  type Tensor,
  type Value,
  type ValueType,
  withLeaves,
} from "../../graph/index.ts";
import { type Optimiser, type OptimiserState, stateless, valuesOf } from "./optimiser.ts";

/** Leaves by their paths: a tree of its own for each optimiser. */
type Leaves<L> = Readonly<Record<string, L>>;

/**
 * An optimiser for each group of parameters: `partition((path) => path.endsWith("position") ? "positions" : "weights", { positions: adam(0.1),
 * weights: adamw(1e-3) })`. Each sees only its own, under their paths, so that masks work as before.
 * @param groupOf the group of a parameter, by its path ("layers/0/weight") and type
 * @throws CajalError (when used) `argument` for a group without optimiser
 */
export function partition(
  groupOf: (path: string, type: ValueType) => string,
  optimisers: Readonly<Record<string, Optimiser>>,
): Optimiser {
  const grouped = <L>(like: unknown, leaves: readonly L[]): Readonly<Record<string, Leaves<L>>> => {
    const groups: Record<string, Record<string, L>> = Object.fromEntries(
      Object.keys(optimisers).map((name) => [name, {}]),
    );
    let next = 0;
    forEachLeaf(like, (leaf, path) => {
      const name = groupOf(path, leaf);
      if (!Object.hasOwn(groups, name))
        throw new CajalError("argument", `partition: "${path}" is of the group "${name}", which has no optimiser`, {
          advice: `There are optimisers for: ${Object.keys(optimisers).join(", ")}.`,
        });
      groups[name][path] = leaves[next++];
    });
    return groups;
  };
  return {
    init: (params) => {
      const groups = grouped(params, leavesOf(params) as Tensor[]);
      return Object.fromEntries(Object.entries(optimisers).map(([name, { init }]) => [name, init(groups[name])]));
    },
    update: <P>(gradients: Replace<P, Value>, state: OptimiserState<Value>, params: P) => {
      const [slopes, values] = [gradients, params].map((tree) => grouped(params, valuesOf(tree)));
      const updates: Record<string, Value> = {};
      const next: Record<string, OptimiserState<Value>> = {};
      for (const [name, optimiser] of Object.entries(optimisers)) {
        const result = optimiser.update(slopes[name], state[name] as OptimiserState<Value>, values[name]);
        Object.assign(updates, result.updates);
        next[name] = result.state;
      }
      const inOrder: Value[] = [];
      forEachLeaf(params, (_, path) => inOrder.push(updates[path]));
      return { updates: withLeaves(params, inOrder), state: next };
    },
  };
}

/** Leaves parameters as they are. */
export function freeze(): Optimiser {
  return stateless((gradients) => gradients.map((g) => g.tracer.lift(0, g.dtype).expand(g.shape)));
}

/** Last in a chain: cuts updates so that parameters stay between two limits (projection onto the interval). */
export function keepWithin(low: number, high: number): Optimiser {
  if (!(low <= high)) throw new CajalError("argument", `keepWithin: nothing lies between ${low} and ${high}`);
  return stateless((updates, params) =>
    updates.map((update, i) => params[i].add(update).op("Clip", [low, high]).sub(params[i])),
  );
}
