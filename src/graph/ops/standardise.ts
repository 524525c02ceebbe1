/** @file Groups of elements brought to mean 0 and variance 1: what the normalisations share. */

import type { Call } from "../op.ts";
import type { Value } from "../value.ts";
import { sum } from "./groups.ts";

/** x̂ = (x − μ)/√(σ² + ε) of each group along some axes, and 1/√(σ² + ε) with these axes kept as 1. */
export interface Standardised {
  readonly normal: Value;
  readonly inverse: Value;
  readonly axes: readonly number[];
  /** False when the mean was left in (RMS normalisation: x̂ = x/√(mean x² + ε)). */
  readonly centred: boolean;
}

export function meanAlong(call: Call, value: Value, axes: readonly number[]): Value {
  return call.emit("ReduceMean", [value, call.constant(axes, "int64")], { keepdims: 1 });
}

/** From single ops, along any axes; with the statistics. */
export function standardise(call: Call, x: Value, axes: readonly number[], epsilon: number) {
  const mean = meanAlong(call, x, axes);
  const centre = x.sub(mean);
  const variance = meanAlong(call, centre.mul(centre), axes);
  const inverse = variance.add(epsilon).sqrt().reciprocal();
  return { mean, variance, normal: centre.mul(inverse), inverse, axes, centred: true };
}

/** x̂ = x/√(mean x² + ε). */
export function rootMeanSquared(call: Call, x: Value, axes: readonly number[], epsilon: number): Standardised {
  const inverse = meanAlong(call, x.mul(x), axes).add(epsilon).sqrt().reciprocal();
  return { normal: x.mul(inverse), inverse, axes, centred: false };
}

/**
 * ∂x̂/∂x applied to a direction of the shape of x: (t − mean t − x̂·mean(t·x̂))/√(σ² + ε).
 * The matrix is symmetric, so this is the forward and the reverse rule.
 */
export function alongStandardised(call: Call, { normal, inverse, axes, centred }: Standardised, t: Value): Value {
  const onNormal = normal.mul(meanAlong(call, normal.mul(t), axes));
  const rest = centred ? t.sub(meanAlong(call, t, axes)) : t;
  return rest.sub(onNormal).mul(inverse);
}

/** Mean and population variance of a group. */
export function moments(group: ArrayLike<number>): { mean: number; variance: number } {
  const mean = sum(group) / group.length;
  let squares = 0;
  for (let i = 0; i < group.length; i++) squares += (group[i] - mean) ** 2;
  return { mean, variance: squares / group.length };
}
