/** @file How false positives fall with the sizes, and the two laws that they follow. Section 3 of arXiv:1601.00720. */

import { logBinomialTail, logChoose } from "../binomial.ts";
import { type Probability, probability } from "./probability.ts";
import { checkSizes, logFalsePositive, type SegmentSizes } from "./sizes.ts";

export interface ScalingPoint extends SegmentSizes, Probability {
  /** C(s, θ) (a/n)^θ: what P_fp comes to when the population grows and the active cells do not. */
  readonly powerLaw: Probability;
  /** Σ_{b ≥ θ} C(s, b) (a/n)ᵇ (1 − a/n)^(s−b): what P_fp comes to when both grow alike. Sparsity alone leads here and no further. */
  readonly binomialLimit: Probability;
}

/**
 * P_fp along any way through the sizes: `scalingCurve([300, 1000, 3000], (n) => ({ n, a: 64, s: 24, theta: 12 }))`.
 * @throws CajalError `argument` for sizes that contradict each other
 */
export function scalingCurve(values: readonly number[], sizesAt: (value: number) => SegmentSizes): ScalingPoint[] {
  return values.map((value) => {
    const { n, a, s, theta } = sizesAt(value);
    checkSizes("scalingCurve", { n, a, s, theta });
    return {
      ...{ n, a, s, theta },
      ...probability(logFalsePositive({ n, a, s, theta })),
      powerLaw: probability(logChoose(s, theta) + theta * Math.log(a / n)),
      binomialLimit: probability(logBinomialTail(theta, s, a / n)),
    };
  });
}
