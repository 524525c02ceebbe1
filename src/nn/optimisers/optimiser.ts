/** @file What an optimiser is: gradients and a state in, updates and the next state out; and how optimisers compose. */

import { leavesOf, type Replace, type Tensor, type Value, withLeaves } from "../../graph/index.ts";

/** What an optimiser carries from step to step: a tree of Tensors between steps, of Values within one. */
export interface OptimiserState<L extends Tensor | Value> {
  readonly [name: string]: L | OptimiserState<L>;
}

/**
 * A pure transformation of gradients (as in optax): it knows nothing of the loss, and its state is a tree like any other, so that a whole
 * step of training compiles into one graph.
 */
export interface Optimiser {
  /** The state before the first step. */
  init<P>(params: P): OptimiserState<Tensor>;
  /**
   * What to add to the parameters (see `applyUpdates`), and the next state.
   * @param gradients a tree like the parameters
   */
  update<P>(
    gradients: Replace<P, Value>,
    state: OptimiserState<Value>,
    params: P,
  ): { updates: Replace<P, Value>; state: OptimiserState<Value> };
}

/** The parameters after the step: parameters + updates, leaf by leaf. */
export function applyUpdates<P>(params: P, updates: Replace<P, Value>): Replace<P, Value> {
  const changes = valuesOf(updates);
  return withLeaves(
    params,
    valuesOf(params).map((param, i) => param.add(changes[i])),
  );
}

/** One optimiser after the other, each given what the one before made of the gradients: `chain(clipByGlobalNorm(1), adamw(1e-3))`. */
export function chain(...links: readonly Optimiser[]): Optimiser {
  return {
    init: (params) => Object.fromEntries(links.map((link, i) => [i, link.init(params)])),
    update: (gradients, state, params) => {
      let updates = gradients;
      const next: Record<string, OptimiserState<Value>> = {};
      for (const [i, link] of links.entries()) {
        const result = link.update(updates, state[i] as OptimiserState<Value>, params);
        updates = result.updates;
        next[i] = result.state;
      }
      return { updates, state: next };
    },
  };
}

/** An optimiser without memory: what becomes of all gradients at once. */
export function stateless(
  update: (gradients: readonly Value[], params: readonly Value[], tree: unknown) => readonly Value[],
): Optimiser {
  return {
    init: () => ({}),
    update: (gradients, state, params) => ({
      updates: withLeaves(params, update(valuesOf(gradients), valuesOf(params), params)),
      state,
    }),
  };
}

/** The leaves of a tree of Values, in order. */
export function valuesOf(tree: unknown): Value[] {
  return leavesOf(tree) as Value[];
}
