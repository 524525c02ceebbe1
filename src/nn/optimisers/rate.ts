/** @file The learning rate: how far to go down the direction that the links before have found. */

import { type Replace, Tensor, Value, withLeaves } from "../../graph/index.ts";
import type { Schedule } from "../schedule.ts";
import { type Optimiser, type OptimiserState, stateless, valuesOf } from "./optimiser.ts";

/** A learning rate: fixed, or by a schedule, or a Value of the graph that is being traced. */
export type Rate = number | Value | Schedule;

/** −rate · gradients. A schedule is asked with the number of steps taken before: 0, 1, …. */
export function scaleByRate(rate: Rate): Optimiser {
  if (typeof rate === "number" || rate instanceof Value) {
    const factor = typeof rate === "number" ? -rate : rate.neg();
    return stateless((gradients) => gradients.map((gradient) => scaled(gradient, factor)));
  }
  return {
    init: () => ({ step: Tensor.scalar(0) }),
    update: <P>(gradients: Replace<P, Value>, state: OptimiserState<Value>, params: P) => {
      const { step } = state as { readonly step: Value };
      const factor = rate(step).neg();
      const updates = withLeaves(
        params,
        valuesOf(gradients).map((gradient) => scaled(gradient, factor)),
      );
      return { updates, state: { step: step.add(1) } };
    },
  };
}

function scaled(update: Value, factor: number | Value): Value {
  const rate = update.tracer.lift(factor, update.dtype).cast(update.dtype);
  const [inner, scalar] = update.node?.definition.name === "Mul" ? update.node.inputs : [];
  // (inner · scalar) · rate: the two scalars first, which saves a pass over the array.
  return inner && scalar?.shape.length === 0 ? inner.mul(scalar.mul(rate)) : update.mul(rate);
}
