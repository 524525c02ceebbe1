/** @file Optimisers that do the same to each parameter, with a few arrays of its shape as memory: most of them. */

import { type DType, mapLeaves, type Replace, Tensor, type Value, withLeaves } from "../../graph/index.ts";
import { type Optimiser, type OptimiserState, valuesOf } from "./optimiser.ts";

type Slots<K extends string> = Readonly<Record<K, Value>>;

/** A published update rule, written for one parameter. */
export interface Rule<K extends string, S> {
  /** The memory of each parameter, and what fills it before the first step. */
  readonly slots: Readonly<Record<K, number>>;
  /** What all parameters share in a step: `step` counts 1, 2, … in their dtype. */
  readonly shared: (step: Value) => S;
  readonly update: (
    of: { readonly gradient: Value; readonly param: Value } & Slots<K>,
    shared: S,
  ) => { update: Value } & Slots<K>;
}

type State<K extends string, P, L extends Tensor | Value> = Readonly<Record<K, Replace<P, L>>> & { readonly step: L };

/** The optimiser that follows the rule. Its state has one tree like the parameters per slot, and the number of steps taken. */
export function perParameter<K extends string, S>({ slots, shared, update }: Rule<K, S>): Optimiser {
  const names = Object.keys(slots) as K[];
  return {
    init: (params) => ({
      step: Tensor.scalar(0),
      ...Object.fromEntries(
        names.map((name) => [name, mapLeaves(params, ({ shape, dtype }) => Tensor.full(shape, slots[name], dtype))]),
      ),
    }),
    update: <P>(gradients: Replace<P, Value>, state: OptimiserState<Value>, params: P) => {
      const before = state as State<K, P, Value>;
      const step = before.step.add(1);
      const common = new Map<DType, S>();
      for (const { dtype } of valuesOf(params)) if (!common.has(dtype)) common.set(dtype, shared(step.cast(dtype)));
      const memory = names.map((name) => valuesOf(before[name]));
      const leaves = valuesOf(params);
      const results = valuesOf(gradients).map((gradient, i) => {
        const kept = Object.fromEntries(names.map((name, k) => [name, memory[k][i]])) as Slots<K>;
        return update({ gradient, param: leaves[i], ...kept }, common.get(leaves[i].dtype) as S);
      });
      const treeOf = (pick: (result: (typeof results)[number]) => Value) => withLeaves(params, results.map(pick));
      const next = Object.fromEntries(names.map((name) => [name, treeOf((result) => result[name])]));
      return { updates: treeOf((result) => result.update), state: { step, ...next } as OptimiserState<Value> };
    },
  };
}

/** β·before + (1 − β)·now: a running mean that forgets. */
export function runningMean(before: Value, now: Value, beta: number): Value {
  return before.mul(beta).add(now.mul(1 - beta));
}
