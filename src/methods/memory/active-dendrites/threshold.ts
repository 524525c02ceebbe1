/** @file Which threshold, how many segments, how many synapses: sizes that make the fewest errors. */

import { CajalError } from "../../../graph/index.ts";
import { logAdd, logAnyOf } from "../log-space.ts";
import { type Probability, probability } from "./probability.ts";
import { checkRecall, logFalseNegative } from "./recognition-errors.ts";
import { checkSizes, checkWhole, logFalsePositive, type SegmentSizes } from "./sizes.ts";
import { expectedUnion } from "./union.ts";

export interface ThresholdPoint {
  readonly theta: number;
  /** That any of the segments fires on a pattern that none holds. */
  readonly fp: Probability;
  /** That a segment misses its own pattern, of which `flipped` cells are silent. */
  readonly fn: Probability;
  readonly total: Probability;
}

export interface NeuronSizes {
  readonly n: number;
  readonly a: number;
  readonly s: number;
  /** Segments of the neuron, M. */
  readonly segments: number;
  /** Cells of a stored pattern that are silent when it comes again, v. */
  readonly flipped: number;
}

/**
 * The threshold with the fewest errors of both kinds together, θ* = argmin_θ [1 − (1 − P_fp)^M + P_fn], and both for all thresholds 1 … s.
 * @throws CajalError `argument` for sizes that contradict each other
 */
export function optimalThreshold(sizes: NeuronSizes): {
  readonly theta: number;
  readonly error: number;
  readonly curve: ThresholdPoint[];
} {
  checkNeuron("optimalThreshold", sizes);
  const curve = Array.from({ length: sizes.s }, (_, i) => errorsAt(i + 1, sizes));
  const best = curve.reduce((least, point) => (point.total.log10 < least.total.log10 ? point : least));
  return { theta: best.theta, error: best.total.p, curve };
}

function errorsAt(theta: number, { n, a, s, segments, flipped }: NeuronSizes): ThresholdPoint {
  const fp = logAnyOf(logFalsePositive({ n, a, s, theta }), segments);
  const fn = logFalseNegative({ a, s, theta, flipped });
  return { theta, fp: probability(fp), fn: probability(fn), total: probability(logAdd(fp, fn)) };
}

function checkNeuron(where: string, { n, a, s, segments, flipped }: NeuronSizes) {
  checkSizes(where, { n, a, s, theta: 1 });
  checkWhole(where, { segments }, 1);
  checkRecall(where, { a, s, theta: 1, flipped });
}

/**
 * How many patterns a neuron holds before it takes a fresh one for one of them with more than the given probability: one to a segment (`segments`), or all mixed on one
 * segment (`onOneSegment`, by the union's expected size). 0: not even one.
 * @throws CajalError `argument`
 */
export function capacity(sizes: SegmentSizes & { readonly target: number }): {
  readonly segments: number;
  readonly onOneSegment: number;
} {
  checkSizes("capacity", sizes);
  checkTarget("capacity", sizes.target);
  const log = logFalsePositive(sizes);
  const segments = Math.floor(logCount(log, sizes.target));
  const fits = (patterns: number) =>
    logFalsePositive({ ...sizes, s: Math.round(expectedUnion(sizes.n, sizes.s, patterns)) }) <= Math.log(sizes.target);
  return { segments, onOneSegment: lastThat(fits, 1, sizes.n) };
}

/** How many events of probability e^log come to at least one with the target's probability. */
function logCount(log: number, target: number): number {
  const p = Math.exp(log);
  return p < 1e-290 ? Math.exp(Math.log(-Math.log1p(-target)) - log) : Math.log1p(-target) / Math.log1p(-p);
}

/**
 * The fewest synapses per segment, and for them a threshold, with which both kinds of errors of a neuron stay at or below a target; undefined when even s = a does not do.
 * @throws CajalError `argument`
 */
export function recommendSegment(
  sizes: Omit<NeuronSizes, "s"> & { readonly target: number },
): { readonly s: number; readonly theta: number; readonly fp: Probability; readonly fn: Probability } | undefined {
  checkNeuron("recommendSegment", { ...sizes, s: 1 });
  checkTarget("recommendSegment", sizes.target);
  const limit = Math.log10(sizes.target);
  for (let s = 1; s <= sizes.a; s++) {
    // The highest threshold that still finds the pattern has the fewest false positives.
    const theta = lastThat((t) => errorsAt(t, { ...sizes, s }).fn.log10 <= limit, 1, s);
    if (theta === 0) continue;
    const { fp, fn } = errorsAt(theta, { ...sizes, s });
    if (fp.log10 <= limit) return { s, theta, fp, fn };
  }
  return undefined;
}

function checkTarget(where: string, target: number) {
  if (!(target > 0 && target < 1))
    throw new CajalError("argument", `${where}: target = ${target} is no probability between 0 and 1`);
}

/** The last of `from` … `to` for which something holds that holds up to some place and not after it; from − 1: for none. */
function lastThat(holds: (value: number) => boolean, from: number, to: number): number {
  let [yes, no] = [from - 1, to + 1];
  while (no - yes > 1) {
    const middle = Math.floor((yes + no) / 2);
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

/** Sizes as they may be in cortex: 5 populations of 1,000 to 17,000 cells, of which 0.5 to 3 % are active, and segments of 20 to 50 synapses. */
export function corticalSizes(): Omit<SegmentSizes, "theta">[] {
  const upTo = (from: number, to: number, step: number) =>
    Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
  return upTo(1000, 17000, 4000).flatMap((n) =>
    upTo(5, 30, 5).flatMap((perMille) => upTo(20, 50, 5).map((s) => ({ n, a: Math.round((n * perMille) / 1000), s }))),
  );
}

/** The median of P_fp at a threshold over many sizes. Where the threshold cannot be reached, P_fp is 0. */
export function medianFalsePositive(theta: number, sizes = corticalSizes()): number {
  checkWhole("medianFalsePositive", { theta }, 0);
  const sorted = Float64Array.from(sizes, (size) => Math.exp(logFalsePositive({ ...size, theta }))).sort();
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
