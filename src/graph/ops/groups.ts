/** @file Groups along axes: the elements of an array that share all coordinates but those along the axes. */

import { stridedIndices, stridesOf } from "../broadcast.ts";
import type { HostArray } from "../op.ts";
import { type Shape, sizeOf } from "../tensor.ts";

/** Element `k` of group `g` stands at `starts[g] + steps[k]`. Both follow row-major order. */
export interface Groups {
  readonly starts: Int32Array;
  readonly steps: Int32Array;
}

/** The groups of an array of the shape along `axes` (0 … rank−1). */
export function groupsAlong(shape: Shape, axes: readonly number[]): Groups {
  const strides = stridesOf(shape);
  const rest = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const ordered = axes.toSorted((a, b) => a - b);
  const indices = (along: readonly number[]) =>
    stridedIndices(
      along.map((axis) => shape[axis]),
      along.map((axis) => strides[axis]),
    );
  return { starts: indices(rest), steps: indices(ordered) };
}

/** One number per group. */
export function foldGroups(x: HostArray, axes: readonly number[], f: (group: Float64Array) => number): Float64Array {
  const { starts, steps } = groupsAlong(x.shape, axes);
  const group = new Float64Array(steps.length);
  return Float64Array.from(starts, (start) => {
    for (let k = 0; k < group.length; k++) group[k] = x.data[start + steps[k]];
    return f(group);
  });
}

/** An array like `x` with each group replaced by what `f` makes of it. */
export function mapGroups(
  x: HostArray,
  axes: readonly number[],
  f: (group: Float64Array) => ArrayLike<number>,
): Float64Array {
  const { starts, steps } = groupsAlong(x.shape, axes);
  const group = new Float64Array(steps.length);
  const result = new Float64Array(x.data.length);
  for (const start of starts) {
    for (let k = 0; k < group.length; k++) group[k] = x.data[start + steps[k]];
    const mapped = f(group);
    for (let k = 0; k < group.length; k++) result[start + steps[k]] = mapped[k];
  }
  return result;
}

/** The shape with the axes reduced to 1. */
export function keptShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

/** The shape without the axes. */
export function droppedShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** Elements in each group. */
export function groupSize(shape: Shape, axes: readonly number[]): number {
  return sizeOf(axes.map((axis) => shape[axis]));
}

export const sum = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
};

/** log Σ exp, shifted by the largest element so that nothing overflows. */
export function logSumExp(group: Float64Array): number {
  const largest = group.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(sum(group.map((v) => Math.exp(v - largest))));
}
