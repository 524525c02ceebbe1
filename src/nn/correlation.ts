/** @file How far two lists of numbers rise and fall together, and whether chance alone would do it. */

import { CajalError, type Rng } from "../graph/index.ts";

/** Pearson's r of two lists of equal length; 0 where one of them does not vary. @throws CajalError `argument` for lists of different lengths */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkPaired(a, b);
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] - meanA, b[i] - meanB];
    both += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  // A root of each: their product may be too small for a float64.
  return squaresA > 0 && squaresB > 0 ? both / (Math.sqrt(squaresA) * Math.sqrt(squaresB)) : 0;
}

/** Spearman's ρ: Pearson's r of the ranks; 0 where one list does not vary. @throws CajalError `argument` for lists of different lengths */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkPaired(a, b);
  return pearson(ranks(a), ranks(b));
}

/** The place of each value among all, from 1 on; equal values share the mean of their places. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) result[order[i]] = (from + 1 + to) / 2;
    from = to;
  }
  return result;
}

/**
 * The share of random pairings in which |r| is as large as that of the given one, which counts as one of them (so it is never 0).
 * Of Spearman's ρ: give ranks.
 * @param shuffles random pairings
 */
export function permutationP(a: ArrayLike<number>, b: ArrayLike<number>, shuffles: number, rng: Rng): number {
  const found = Math.abs(pearson(a, b));
  const shuffled = Float64Array.from(b);
  let asLarge = 1;
  for (let s = 0; s < shuffles; s++) {
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = rng.int(0, i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
    }
    // Sums in another order differ by rounding: the same pairing must count as equal.
    if (Math.abs(pearson(a, shuffled)) >= found - 1e-12) asLarge++;
  }
  return asLarge / (shuffles + 1);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function checkPaired(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length)
    throw new CajalError("argument", `a correlation of ${a.length} numbers with ${b.length}: they make no pairs`);
}
