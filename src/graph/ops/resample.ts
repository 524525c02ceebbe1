/** @file Resampling along one axis by mixtures of its elements: on the host, and its transpose as a graph. */

import type { Call, HostArray } from "../op.ts";
import { sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { range } from "./reindex.ts";
import type { Mixture } from "./resample-weights.ts";
import { sumOf } from "./rules.ts";
import { reshapeTo } from "./shape.ts";

/** The axis's elements mixed: one for each row. */
export function resample({ shape, data }: HostArray, axis: number, rows: readonly Mixture[]): HostArray {
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  const mixed = new Float64Array(outer * rows.length * inner);
  for (let a = 0; a < outer; a++) {
    for (const [o, { from, weights }] of rows.entries()) {
      for (const [k, element] of from.entries()) {
        const [to, at] = [(a * rows.length + o) * inner, (a * shape[axis] + element) * inner];
        for (let b = 0; b < inner; b++) mixed[to + b] += weights[k] * data[at + b];
      }
    }
  }
  return { shape: shape.with(axis, rows.length), data: mixed };
}

/**
 * The transpose of `resample` along an axis that was `length` long: each element gets what it gave.
 * A product with the whole matrix, unless that is so wide and so empty that picking each element's few terms is faster
 * (a multiplication and addition takes a 30th of a nanosecond in a matmul, a picked and weighted element about 4).
 */
export function resampleTransposed(
  call: Call,
  y: Value,
  axis: number,
  rows: readonly Mixture[],
  length: number,
): Value {
  const receivers: { row: number; weight: number }[][] = range(length).map(() => []);
  for (const [row, { from, weights }] of rows.entries())
    for (const [k, element] of from.entries()) receivers[element].push({ row, weight: weights[k] });
  const most = receivers.reduce((longest, terms) => Math.max(longest, terms.length), 0);
  const shape = y.shape.with(axis, length);
  if (rows.length > 128 * most) {
    const column = shape.map((_, i) => (i === axis ? length : 1));
    const terms = range(most).map((k) => {
      const row = call.constant(
        receivers.map((list) => list[k]?.row ?? 0),
        "int64",
      );
      const weight = receivers.map((list) => list[k]?.weight ?? 0);
      return y.gather(row, axis).mul(call.constant(weight, y.dtype, column));
    });
    return sumOf(terms) ?? call.constant(0, y.dtype, shape);
  }
  const matrix = new Array<number>(length * rows.length).fill(0);
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const last = inner === 1;
  for (const [element, list] of receivers.entries())
    for (const { row, weight } of list) matrix[last ? row * length + element : element * rows.length + row] += weight;
  const product = last
    ? reshapeTo(y, [outer, rows.length]).matmul(call.constant(matrix, y.dtype, [rows.length, length]))
    : call.constant(matrix, y.dtype, [length, rows.length]).matmul(reshapeTo(y, [outer, rows.length, inner]));
  return reshapeTo(product, shape);
}
