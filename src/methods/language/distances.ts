/** @file Euclidean distances between all points, in float64. */

import { CajalError, compile, Tensor, type Value } from "../../graph/index.ts";

/** Distances of all pairs i < j, row after row: (0,1), (0,2), …, (1,2), …. */
export interface Distances {
  readonly points: number;
  readonly pairs: Float64Array;
}

/** Where the distances of a point to those behind it begin: that of i and j > i is at `rowStart(points, i) + j`. */
export function rowStart(points: number, i: number): number {
  return i * points - (i * (i + 1)) / 2 - i - 1;
}

/** Rows of a block: two of 1,000 dimensions have 8 MB. */
const blockRows = 512;
/** Below this share of ‖a‖² + ‖b‖², a difference of sums has lost half of its digits, and is computed from the points themselves. */
const close = 1e-6;

/** Up to so many products of elements, the pairs are gone through directly: that takes less time than to set up the runtime. */
const fewProducts = 2e7;

/** @param x [points, dimensions], any floats. @throws CajalError `shape`, `not-finite` */
export async function distances(x: Tensor): Promise<Distances> {
  const [points, dimensions] = matrixShape(x, "distances");
  const rows = x.numbers();
  const wrong = rows.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0)
    throw new CajalError(
      "not-finite",
      `point ${Math.floor(wrong / dimensions)} is ${rows[wrong]} in dimension ${wrong % dimensions}`,
    );
  const pairs = new Float64Array((points * (points - 1)) / 2);
  if (pairs.length * dimensions > fewProducts) await byProducts(pairs, rows, points, dimensions);
  else
    for (let i = 0; i < points; i++) {
      const start = rowStart(points, i);
      for (let j = i + 1; j < points; j++) pairs[start + j] = Math.sqrt(squaredDistance(rows, dimensions, i, j));
    }
  return { points, pairs };
}

/** ‖a − b‖² = ‖a‖² + ‖b‖² − 2ab, by products of blocks of rows. */
async function byProducts(pairs: Float64Array, rows: Float64Array, points: number, dimensions: number): Promise<void> {
  const squares = Float64Array.from({ length: points }, (_, i) => {
    let sum = 0;
    for (let k = i * dimensions; k < (i + 1) * dimensions; k++) sum += rows[k] * rows[k];
    return sum;
  });
  const size = Math.min(blockRows, points);
  const block = (start: number) => {
    const data = new Float64Array(size * dimensions);
    data.set(rows.subarray(start * dimensions, (start + size) * dimensions));
    return new Tensor("float64", [size, dimensions], data);
  };
  const product = compile((a: Value, b: Value) => a.matmul(b.transpose()));
  try {
    for (let top = 0; top < points; top += size) {
      const upper = block(top);
      for (let left = top; left < points; left += size) {
        const dots = (await product(upper, left === top ? upper : block(left))).numbers();
        for (let i = top; i < Math.min(points, top + size); i++) {
          const start = rowStart(points, i);
          for (let j = Math.max(left, i + 1); j < Math.min(points, left + size); j++) {
            const both = squares[i] + squares[j];
            const squared = both - 2 * dots[(i - top) * size + (j - left)];
            pairs[start + j] = Math.sqrt(squared > close * both ? squared : squaredDistance(rows, dimensions, i, j));
          }
        }
      }
    }
  } finally {
    await product.release();
  }
}

function squaredDistance(rows: Float64Array, dimensions: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < dimensions; k++) sum += (rows[i * dimensions + k] - rows[j * dimensions + k]) ** 2;
  return sum;
}

/** [rows, columns]. @throws CajalError `shape` when it is none or empty */
export function matrixShape(x: Tensor, name: string): readonly [rows: number, columns: number] {
  if (x.shape.length !== 2 || x.size === 0)
    throw new CajalError("shape", `${name}: ${x} is no matrix [points, dimensions]`);
  return [x.shape[0], x.shape[1]];
}
