/** @file Average precision: how well a score tells positive examples from negative ones. */

import { CajalError } from "../graph/index.ts";

/**
 * AP = Σ_k (R_k − R_{k−1})·P_k over the thresholds of the score, from the highest down; equal scores are one threshold. Stepwise: nothing is
 * interpolated. A score that says nothing has the share of positives.
 * @param score [examples]
 * @param label [examples], 1 or true for positives
 * @throws CajalError `argument` without positives, `not-finite` for a score that is no number
 */
export function averagePrecision(score: ArrayLike<number>, label: ArrayLike<number | boolean>): number {
  if (score.length !== label.length)
    throw new CajalError("argument", `averagePrecision: ${score.length} scores for ${label.length} labels`);
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let i = 0; i < score.length; i++) (label[i] ? positives : negatives).push(score[i]);
  return averagePrecisionApart(Float64Array.from(positives), Float64Array.from(negatives));
}

/** The same of scores that are apart already. They are sorted in place. */
export function averagePrecisionApart(
  positives: Float64Array | Float32Array,
  negatives: Float64Array | Float32Array,
): number {
  if (positives.length === 0) throw new CajalError("argument", "averagePrecision: there are no positives");
  positives.sort();
  negatives.sort();
  // NaN is sorted to the end.
  if (Number.isNaN(positives[positives.length - 1]) || Number.isNaN(negatives[negatives.length - 1]))
    throw new CajalError("not-finite", "averagePrecision: a score is not a number");
  let [p, n] = [positives.length, negatives.length];
  let sum = 0;
  while (p > 0) {
    const threshold = positives[p - 1];
    const before = p;
    while (p > 0 && positives[p - 1] === threshold) p--;
    while (n > 0 && negatives[n - 1] >= threshold) n--;
    const right = positives.length - p;
    const wrong = negatives.length - n;
    sum += ((before - p) * right) / (right + wrong);
  }
  return sum / positives.length;
}
