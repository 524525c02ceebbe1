/** @file LU decomposition with row pivots: P·A = L·U, by rows of a flat array. */

import { CajalError } from "../error.ts";
import type { HostMatrix } from "./matrices.ts";

/** Both triangles in one array (L has ones on its diagonal). */
export interface LU {
  readonly size: number;
  readonly factors: Float64Array;
  /** Row i of P·A is row `rows[i]` of A. */
  readonly rows: Int32Array;
  /** The determinant of P: −1 when rows were swapped an odd number of times. */
  readonly parity: 1 | -1;
}

export function decompose({ rows: n, data }: HostMatrix): LU {
  const factors = data.slice();
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  let parity: 1 | -1 = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(factors[i * n + k]) > Math.abs(factors[pivot * n + k])) pivot = i;
    if (pivot !== k) {
      const row = factors.slice(k * n, (k + 1) * n);
      factors.copyWithin(k * n, pivot * n, (pivot + 1) * n);
      factors.set(row, pivot * n);
      [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
      parity = parity === 1 ? -1 : 1;
    }
    const top = factors[k * n + k];
    if (top === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const factor = factors[i * n + k] / top;
      factors[i * n + k] = factor;
      if (factor !== 0) subtractRow(factors, i * n, factor, factors, k * n, k + 1, n);
    }
  }
  return { size: n, factors, rows, parity };
}

/** The diagonal of U. */
export function pivotsOf({ size, factors }: LU): number[] {
  return Array.from({ length: size }, (_, i) => factors[i * (size + 1)]);
}

/** @throws CajalError `singular` when a pivot is no more than rounding beside the largest */
export function checkRegular(lu: LU): void {
  const pivots = pivotsOf(lu).map(Math.abs);
  const [least, most] = [Math.min(...pivots), Math.max(...pivots)];
  if (least > most * lu.size * 2 ** -52) return;
  throw new CajalError(
    "singular",
    `the matrix is singular: its pivots reach from ${least.toPrecision(3)} to ${most.toPrecision(3)}`,
    { advice: "Check for equal or dependent rows; a small multiple of the identity added to it often helps." },
  );
}

/** X with A·X = B, all columns at once. */
export function solveWith({ size: n, factors, rows }: LU, { columns: k, data: b }: HostMatrix): Float64Array {
  const x = new Float64Array(n * k);
  for (let i = 0; i < n; i++) x.set(b.subarray(rows[i] * k, (rows[i] + 1) * k), i * k);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) subtractRow(x, i * k, factors[i * n + j], x, j * k, 0, k);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) subtractRow(x, i * k, factors[i * n + j], x, j * k, 0, k);
    const pivot = factors[i * (n + 1)];
    for (let c = i * k; c < (i + 1) * k; c++) x[c] /= pivot;
  }
  return x;
}

/** Takes `factor` times elements `from` to `to` of one row from those of another. */
export function subtractRow(
  target: Float64Array,
  targetRow: number,
  factor: number,
  source: Float64Array,
  sourceRow: number,
  from: number,
  to: number,
): void {
  for (let c = from; c < to; c++) target[targetRow + c] -= factor * source[sourceRow + c];
}
