/** @file Gradient accumulation: one step on the mean gradient of several batches. */

import { CajalError, mapLeaves, type Replace, Tensor, type Value, withLeaves } from "../../graph/index.ts";
import { type Optimiser, type OptimiserState, valuesOf } from "./optimiser.ts";

interface State<P, L extends Tensor | Value> {
  /** Batches seen since the last step. */
  readonly seen: L;
  /** The mean of their gradients. */
  readonly mean: Replace<P, L>;
  readonly inner: OptimiserState<L>;
}

/** The optimiser, stepping only after every `batches` batches, with the mean of their gradients; the updates in between are zero. */
export function accumulate(batches: number, optimiser: Optimiser): Optimiser {
  if (!Number.isInteger(batches) || batches < 1)
    throw new CajalError("argument", `accumulate: over ${batches} batches; a whole number from 1 on is needed`);
  return {
    init: (params) => ({
      seen: Tensor.scalar(0),
      mean: mapLeaves(params, ({ shape, dtype }) => Tensor.zeros(shape, dtype)) as OptimiserState<Tensor>,
      inner: optimiser.init(params),
    }),
    update: <P>(gradients: Replace<P, Value>, state: OptimiserState<Value>, params: P) => {
      const before = state as unknown as State<P, Value>;
      const seen = before.seen.add(1);
      const last = seen.equal(batches);
      const means = valuesOf(before.mean);
      const mean = withLeaves(
        params,
        valuesOf(gradients).map((gradient, i) =>
          means[i].add(gradient.sub(means[i]).mul(seen.reciprocal().cast(gradient.dtype))),
        ),
      );
      const step = optimiser.update(mean, before.inner, params);
      const zero = (value: Value) => value.tracer.lift(0, value.dtype);
      const whenLast = (next: Value, otherwise: Value) => last.where(next, otherwise);
      const kept = valuesOf(before.inner);
      return {
        updates: withLeaves(
          params,
          valuesOf(step.updates).map((update) => whenLast(update, zero(update))),
        ),
        state: {
          seen: whenLast(zero(seen), seen),
          mean: withLeaves(
            params,
            valuesOf(mean).map((value) => whenLast(zero(value), value)),
          ) as OptimiserState<Value>,
          inner: withLeaves<unknown, Value>(
            before.inner,
            valuesOf(step.state).map((value, i) => whenLast(value, kept[i])),
          ) as OptimiserState<Value>,
        },
      };
    },
  };
}
