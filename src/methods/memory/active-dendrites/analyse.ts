/** @file What one's own codes are worth: how sparse, how even, how independent they are, against what the theory says of random ones. */

import { CajalError, Rng } from "../../../graph/index.ts";
import { logHypergeometric } from "../hypergeometric.ts";
import { overlap, type SparseCode, sample } from "../sparse-code.ts";
import { wilsonInterval } from "../wilson.ts";
import { type ActivityShares, effectiveSize, logMeanFalsePositive } from "./effective-size.ts";
import { type Probability, probability } from "./probability.ts";
import { checkSegment, checkWhole } from "./sizes.ts";
import { recommendSegment } from "./threshold.ts";

export interface AnalysisOptions {
  /** Synapses of a segment. */
  readonly s: number;
  readonly theta: number;
  /** Pairs of a random segment of a random code and another random code. */
  readonly trials: number;
  /** What each code is of: a segment is then held against codes of other labels only. */
  readonly labels?: ArrayLike<number | string>;
  readonly seed: number;
  /** Error that one wants: then sizes of segments are recommended that have it, for random codes of n_eff cells. */
  readonly target?: number;
  /** Cells of a stored code that may be silent when it comes again, for the recommendation. Default 0. */
  readonly flipped?: number;
}

type Interval = readonly [low: number, high: number];

export interface CodeAnalysis {
  /** Share of active cells, over the codes. */
  readonly sparsity: { readonly mean: number; readonly sd: number };
  /** Share of the codes in which a cell is active [n]. */
  readonly duty: Float64Array;
  readonly dutyMax: number;
  /** False positives among the trials. */
  readonly hits: number;
  readonly trials: number;
  /** Their rate; undefined when there was none: then `ci` tells its upper limit. */
  readonly fpObserved: number | undefined;
  /** 95 % confidence interval of the rate, for pairs drawn from these codes. */
  readonly ci: Interval;
  /** For random codes of as many cells, of which as many are active. */
  readonly fpTheory: Probability;
  /** Observed over theory: 1 for independent, evenly used cells. */
  readonly inflation: number | undefined;
  readonly inflationInterval: Interval;
  /** Cells of random codes that make as many errors. */
  readonly nEff: number | undefined;
  readonly nEffInterval: Interval;
  /** Pairs by overlap, as seen, and as expected of random codes. */
  readonly histogram: readonly { readonly overlap: number; readonly observed: number; readonly predicted: number }[];
  /** For the target; undefined without one, or when no sizes reach it. */
  readonly recommended: ReturnType<typeof recommendSegment>;
  /** What cannot be told from so many trials. */
  readonly notes: readonly string[];
}

/**
 * Holds random segments of codes against other codes of theirs.
 * @throws CajalError `argument` for fewer than two codes, codes of very different numbers of active cells, or sizes that contradict each other; `shape`, `bad-labels`
 */
export function analyseCodes(codes: readonly SparseCode[], options: AnalysisOptions): CodeAnalysis {
  const { s, theta, trials, seed, target, flipped = 0 } = options;
  const { n, sparsity, activity } = checkCodes(codes);
  checkWhole("analyseCodes", { s, theta, trials }, 1);
  checkSegment("analyseCodes", { a: Math.min(...activity.keys()), s, theta });
  const counts = heldAgainstOthers(codes, options, new Rng(seed));
  const hits = counts.subarray(theta).reduce((sum, count) => sum + count, 0);

  const observed = hits === 0 ? undefined : hits / trials;
  const ci = wilsonInterval(hits, trials);
  const logTheory = logMeanFalsePositive(n, s, theta, activity);
  const inflate = (rate: number) => Math.exp(Math.log(rate) - logTheory);
  const size = (rate: number) => (rate === 0 ? Number.POSITIVE_INFINITY : effectiveSize(rate, { s, theta, activity }));
  const nEffInterval = [size(ci[1]), size(ci[0])] as const;
  const duty = dutyCycles(codes, n);
  return {
    sparsity,
    duty,
    dutyMax: duty.reduce((a, b) => Math.max(a, b)),
    hits,
    trials,
    fpObserved: observed,
    ci,
    fpTheory: probability(logTheory),
    inflation: observed && inflate(observed),
    inflationInterval: [inflate(ci[0]), inflate(ci[1])],
    nEff: observed && size(observed),
    nEffInterval,
    histogram: Array.from(counts, (count, size) => ({
      overlap: size,
      observed: count,
      predicted: trials * expectedAt(size, n, s, activity),
    })),
    recommended:
      target === undefined
        ? undefined
        : recommendSegment({
            // With no false positive seen, the lower limit of n_eff is on the safe side.
            n: observed === undefined ? nEffInterval[0] : size(observed),
            a: Math.min(...activity.keys()),
            segments: 1,
            flipped,
            target,
          }),
    notes:
      hits > 0 ? [] : [`0 of ${trials}: only an upper limit of ${ci[1].toPrecision(2)} (3.7/${trials}) can be stated`],
  };
}

/** @throws CajalError when they are no set of codes that the theory speaks of */
function checkCodes(codes: readonly SparseCode[]) {
  if (codes.length < 2)
    throw new CajalError("argument", `analyseCodes: ${codes.length} codes, where two or more are needed`);
  const { n } = codes[0];
  const other = codes.findIndex((code) => code.n !== n);
  if (other >= 0) throw new CajalError("shape", `code 0 is of ${n} cells, code ${other} of ${codes[other].n}`);
  const activity = new Map<number, number>();
  for (const { active } of codes) activity.set(active.length, (activity.get(active.length) ?? 0) + 1 / codes.length);
  const shares = [...activity];
  const mean = shares.reduce((sum, [a, share]) => sum + a * share, 0);
  const sd = Math.sqrt(shares.reduce((sum, [a, share]) => sum + share * (a - mean) ** 2, 0));
  if (!(sd <= 0.2 * mean)) {
    const [low, high] = [Math.min(...activity.keys()), Math.max(...activity.keys())];
    throw new CajalError(
      "argument",
      `the codes have between ${low} and ${high} active cells (mean ${mean.toFixed(1)}, standard deviation ${sd.toFixed(1)}): the theory is of codes that are all about equally sparse`,
      { advice: `Make them by k-winners-take-all, toSparseCodes with k = ${Math.max(1, Math.round(mean))}.` },
    );
  }
  return { n, sparsity: { mean: mean / n, sd: sd / n }, activity: activity as ActivityShares };
}

function dutyCycles(codes: readonly SparseCode[], n: number): Float64Array {
  const counts = new Float64Array(n);
  for (const { active } of codes) for (const cell of active) counts[cell]++;
  return counts.map((count) => count / codes.length);
}

function expectedAt(size: number, n: number, s: number, activity: ActivityShares): number {
  return [...activity].reduce(
    (sum, [a, share]) => sum + share * Math.exp(logHypergeometric(size, { total: n, marked: s, drawn: a })),
    0,
  );
}

/** Pairs by overlap [s + 1]. */
function heldAgainstOthers(
  codes: readonly SparseCode[],
  { s, trials, labels }: AnalysisOptions,
  rng: Rng,
): Float64Array {
  if (labels && labels.length !== codes.length)
    throw new CajalError("bad-labels", `${labels.length} labels for ${codes.length} codes`);
  if (labels && new Set(Array.from(labels)).size < 2)
    throw new CajalError("bad-labels", "all codes have the same label: there are no other codes to hold them against", {
      advice: "Leave the labels out to compare every code with every other.",
    });
  const counts = new Float64Array(s + 1);
  for (let trial = 0; trial < trials; trial++) {
    const own = rng.int(0, codes.length);
    let other = own;
    while (labels ? labels[other] === labels[own] : other === own) other = rng.int(0, codes.length);
    const { n, active } = codes[own];
    counts[overlap({ n, active: sample(rng, active, s) }, codes[other])]++;
  }
  return counts;
}
