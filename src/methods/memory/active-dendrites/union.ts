/** @file Several patterns at once: mixed on one segment, or active together. Section 5 of arXiv:1601.00720, with the exact mixture over the union's size. */

import { CajalError } from "../../../graph/index.ts";
import { logHypergeometric } from "../hypergeometric.ts";
import { logSumExp } from "../log-space.ts";
import { type Probability, probability } from "./probability.ts";
import { checkSizes, checkWhole, logFalsePositive, type SegmentSizes } from "./sizes.ts";

/**
 * What M patterns share:
 * - `segment-mean`: one segment has the synapses of all; the expected number of different ones, n (1 − (1 − s/n)^M), rounded
 * - `segment-sum`: the same, as if no two patterns shared a cell: M s
 * - `segment-exact`: the same, averaged over the number of different synapses that such segments have
 * - `activity`: all M are active at a time (M simultaneous predictions); expected number of active cells n (1 − (1 − a/n)^M), rounded
 * - `activity-exact`: the same, averaged over the number of active cells
 */
export type UnionMode = "segment-mean" | "segment-sum" | "segment-exact" | "activity" | "activity-exact";

export interface UnionSizes extends SegmentSizes {
  /** How many, M. */
  readonly patterns: number;
  readonly mode: UnionMode;
}

/**
 * The probability of a false positive when several patterns share a segment, or are active together. `size`: synapses of the segment or active cells, as used; their
 * expected number in the exact modes. A union never makes a segment miss a stored pattern whose cells are all active.
 * @throws CajalError `argument` for sizes that contradict each other; `too-large` for exact unions that need more than a gigabyte
 */
export function unionFalsePositive(union: UnionSizes): Probability & { readonly size: number } {
  const where = "unionFalsePositive";
  checkSizes(where, union);
  checkWhole(where, { patterns: union.patterns }, 1);
  const { n, s, a, patterns, mode } = union;
  if (mode === "segment-exact" || mode === "activity-exact") return exact(union);
  if (mode === "activity") {
    const size = Math.round(expectedUnion(n, a, patterns));
    return { ...probability(logFalsePositive({ ...union, a: size })), size };
  }
  const size = mode === "segment-sum" ? patterns * s : Math.round(expectedUnion(n, s, patterns));
  if (size > n)
    throw new CajalError("argument", `${where}: ${patterns} patterns of s = ${s} synapses are ${size}, but n = ${n}`, {
      advice: `They must share cells: take mode "segment-mean" or "segment-exact".`,
    });
  return { ...probability(logFalsePositive({ ...union, s: size })), size };
}

/** Expected size of the union of so many random sets of `members` of n: n (1 − (1 − members/n)^M). */
export function expectedUnion(n: number, members: number, patterns: number): number {
  return -n * Math.expm1(patterns * Math.log1p(-members / n));
}

function exact(union: UnionSizes) {
  const { n, a, s, patterns, mode } = union;
  let sizes = new Float64Array();
  for (const { log } of unionSizes(n, mode === "activity-exact" ? a : s, patterns)) sizes = log;
  return mixture(union, sizes);
}

/** P_fp averaged over the union's size. @param log ln Pr(size = u) at place u */
export function mixture(union: UnionSizes, log: Float64Array): Probability & { readonly size: number } {
  const joint = log.map((logSize, u) =>
    logSize === Number.NEGATIVE_INFINITY
      ? logSize
      : logSize + logFalsePositive({ ...union, [union.mode === "activity-exact" ? "a" : "s"]: u }),
  );
  return { ...probability(Math.min(0, logSumExp(joint))), size: log.reduce((sum, l, u) => sum + u * Math.exp(l), 0) };
}

/**
 * The distribution of the size of the union of 1, 2, … random sets of `members` of n: ln Pr(size = u) at place u. Each further set adds j new cells to u with probability
 * C(n − u, j) C(u, members − j) / C(n, members).
 * @throws CajalError `too-large` when the table of these would take more than a gigabyte
 */
export function* unionSizes(
  n: number,
  members: number,
  patterns: number,
): Generator<{ readonly patterns: number; readonly log: Float64Array<ArrayBuffer> }> {
  const most = Math.min(n, members * patterns);
  const width = members + 1;
  if ((most + 1) * width > 2 ** 27)
    throw new CajalError(
      "too-large",
      `the exact union of ${patterns} sets of ${members} of ${n} needs a table of ${(most + 1) * width} numbers`,
      {
        advice: `Take mode "segment-mean" or "activity": at such sizes the union hardly varies.`,
      },
    );
  const step = new Float64Array((most + 1) * width);
  for (let u = 0; u <= most; u++)
    for (let j = 0; j < width; j++)
      step[u * width + j] = logHypergeometric(j, { total: n, marked: n - u, drawn: members });

  let log = new Float64Array([0]);
  for (let m = 1; m <= patterns; m++) {
    const before = log;
    const terms = new Float64Array(width);
    log = Float64Array.from({ length: Math.min(n, members * m) + 1 }, (_, u) => {
      for (let j = 0; j < width; j++)
        terms[j] = u - j in before ? before[u - j] + step[(u - j) * width + j] : Number.NEGATIVE_INFINITY;
      return logSumExp(terms);
    });
    yield { patterns: m, log };
  }
}
