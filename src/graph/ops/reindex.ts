/** @file What rearranging ops do on the host: each element of the result is an element of the input, or a filling. */

import { stridesOf } from "../broadcast.ts";
import type { HostArray } from "../op.ts";
import { type Shape, sizeOf } from "../tensor.ts";

/** The elements at the indices; `filling` where an index is negative. */
export function pick(x: HostArray, indices: Int32Array, filling = 0): Float64Array {
  return Float64Array.from(indices, (at) => (at < 0 ? filling : x.data[at]));
}

/**
 * Indices into an array of shape `from`, one for each choice of one coordinate per axis, the last axis fastest.
 * A negative coordinate lies outside: its index is −1.
 */
export function gridIndices(from: Shape, coordinates: readonly ArrayLike<number>[]): Int32Array {
  const strides = stridesOf(from);
  if (sizeOf(coordinates.map((along) => along.length)) === 0) return new Int32Array();
  let indices = Int32Array.of(0);
  for (const [axis, along] of coordinates.entries()) {
    const next = new Int32Array(indices.length * along.length);
    let at = 0;
    for (const index of indices)
      for (let k = 0; k < along.length; k++)
        next[at++] = index < 0 || along[k] < 0 ? -1 : index + along[k] * strides[axis];
    indices = next;
  }
  return indices;
}

/** 0, 1, …, n−1. */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
