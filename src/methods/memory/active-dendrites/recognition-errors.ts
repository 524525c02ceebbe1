/** @file How often a segment, or a neuron of many, takes one pattern for another, or misses its own. Sections 3 and 4 of arXiv:1601.00720, exact. */

import { CajalError } from "../../../graph/index.ts";
import { logHypergeometricTail } from "../hypergeometric.ts";
import { logAnyOf } from "../log-space.ts";
import { type Probability, probability } from "./probability.ts";
import { checkSegment, checkSizes, checkWhole, logFalsePositive, type SegmentSizes } from "./sizes.ts";

/**
 * The probability that a segment fires on a pattern that it does not hold: any one of the C(n, a) patterns of a active cells of n, all equally likely.
 * @throws CajalError `argument` for sizes that contradict each other
 */
export function falsePositive(sizes: SegmentSizes): Probability {
  checkSizes("falsePositive", sizes);
  return probability(logFalsePositive(sizes));
}

export interface Recall {
  /** Active cells of the stored pattern. */
  readonly a: number;
  /** Synapses of the segment, sampled from them without replacement. */
  readonly s: number;
  readonly theta: number;
  /** Cells of the pattern that are silent this time, v. */
  readonly flipped: number;
}

/**
 * The probability that a segment misses the pattern it holds when v of the pattern's a cells, any, are silent: that more than s − θ of its synapses are.
 * Cells that are active in their place do not matter, nor does the size of the population.
 * @throws CajalError `argument` for sizes that contradict each other
 */
export function falseNegative(recall: Recall): Probability {
  checkRecall("falseNegative", recall);
  return probability(logFalseNegative(recall));
}

export function logFalseNegative({ a, s, theta, flipped }: Recall): number {
  return logHypergeometricTail(s - theta + 1, { total: a, marked: s, drawn: flipped });
}

/** @throws CajalError `argument` */
export function checkRecall(where: string, { a, s, theta, flipped }: Recall): void {
  checkWhole(where, { a, s }, 1);
  checkWhole(where, { theta, flipped }, 0);
  checkSegment(where, { a, s, theta });
  if (flipped > a) throw new CajalError("argument", `${where}: flipped = ${flipped} of a = ${a} active cells`);
}

/**
 * The probability that at least one of a neuron's segments fires on a pattern that none of them holds, each segment for another pattern: 1 − (1 − P_fp)^M; with its upper bound
 * M · P_fp, which is what is mostly quoted.
 * @throws CajalError `argument` for sizes that contradict each other
 */
export function neuronFalsePositive(
  sizes: SegmentSizes & { readonly segments: number },
): Probability & { readonly bound: Probability } {
  checkSizes("neuronFalsePositive", sizes);
  checkWhole("neuronFalsePositive", { segments: sizes.segments }, 1);
  const one = logFalsePositive(sizes);
  return { ...probability(logAnyOf(one, sizes.segments)), bound: probability(one + Math.log(sizes.segments)) };
}
