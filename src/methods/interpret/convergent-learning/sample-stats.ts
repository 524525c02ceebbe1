/** @file The same statistics of activations that were recorded elsewhere: hidden states of a language model, neurons of an animal. */

import { CajalError, type Tensor } from "../../../graph/index.ts";
import { correlations, type JointStats, layerStats, tooFewSamples } from "./joint-stats.ts";
import { CoMoments } from "./moments.ts";
import { bestCandidates, binning, isSmall, PairHistograms } from "./mutual-information.ts";

const rowsAtOnce = 4096;
/** Of so many samples edges of bins are found. */
const rowsForEdges = 10_000;

export interface SampleStatsOptions {
  /** Whether mutual information is estimated, too. Default false. */
  readonly information?: boolean;
  /** What messages and figures call the two. Default "a" and "b". */
  readonly names?: readonly [string, string];
}

/**
 * @param a [samples, units]
 * @param b [the same samples in the same order, units]
 * @throws CajalError `shape` when they have not equally many samples
 */
export async function sampleStats(a: Tensor, b: Tensor, options: SampleStatsOptions = {}): Promise<JointStats> {
  const { names = ["a", "b"] } = options;
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[0] !== b.shape[0])
    throw new CajalError("shape", `sampleStats: ${a} and ${b} are not of the same samples [samples, units]`);
  const [n] = a.shape;
  const sides = [a, b].map((side) => ({ units: side.shape[1], rows: side.numbers() }));
  const sums = new CoMoments(
    sides.map(({ units }) => units),
    [[0, 1]],
  );
  for (let from = 0; from < n; from += rowsAtOnce) {
    const to = Math.min(n, from + rowsAtOnce);
    await sums.add(
      sides.map(({ rows, units }) => rows.slice(from * units, to * units)),
      to - from,
    );
  }
  await sums.release();
  const [first, second] = names.map((name, i) => layerStats(name, n, sums.means[i], sums.within[i]));
  const cross = correlations(sums.between[0], n, first, second);
  const warnings = [...tooFewSamples(first), ...tooFewSamples(second)];
  if (!options.information) return { a: first, b: second, cross, warnings };
  const every = Math.ceil(n / rowsForEdges);
  const [x, y] = sides.map(({ rows, units }) =>
    Array.from({ length: units }, (_, unit) =>
      binning(Float64Array.from({ length: Math.ceil(n / every) }, (_, i) => rows[i * every * units + unit])),
    ),
  );
  const histograms = new PairHistograms(x, y, isSmall(x.length, y.length) ? undefined : bestCandidates(cross));
  histograms.add(sides[0].rows, sides[1].rows, n);
  return { a: first, b: second, cross, information: histograms.information(), warnings };
}
