/** @file From what read-outs did over time, [T, batch, classes], to one number for each class, [batch, classes]. */

import type { Value } from "../../../graph/index.ts";

/** The mean over time: of spikes their rate. */
export function mean(output: Value): Value {
  return output.mean(0);
}

/** The sum over time: of spikes their number. */
export function sum(output: Value): Value {
  return output.sum(0);
}

/** The largest over time. */
export function largest(output: Value): Value {
  return output.max(0);
}

/** Σ_t softmax(v_t): each step has one vote, split among the classes. */
export function softmaxSum(membranes: Value): Value {
  return membranes.softmax(-1).sum(0);
}

/** T − t of the first spike, 0 where there is none: the largest is the class that spoke first. */
export function firstSpike(spikes: Value): Value {
  const [steps] = spikes.shape;
  const left = spikes.tracer.constant(
    Array.from({ length: steps }, (_, t) => steps - t),
    spikes.dtype,
    [steps, ...spikes.shape.slice(1).map(() => 1)],
  );
  return spikes.mul(left).max(0);
}
