/** @file The closed forms against random patterns. */

import type { Part, Run } from "../../../run.ts";
import { falseNegative } from "../recognition-errors.ts";
import { simulateOverlaps, simulateUnions, standardErrors } from "../simulate.ts";
import { logFalsePositive } from "../sizes.ts";
import { mixture, type UnionMode, unionSizes } from "../union.ts";

/** What is rarer than this is not simulated. */
const rarest = 1e-4;

export interface Point {
  readonly what: string;
  readonly theory: number;
  readonly observed: number;
  readonly standardErrors: number;
}

/** Sizes of populations, and of the segments that are held against the same random patterns of them. */
const populations = [
  { n: 100, a: 20, segments: [8, 16] },
  { n: 400, a: 40, segments: [20, 30] },
  { n: 1000, a: 50, segments: [20, 40] },
  { n: 2000, a: 100, segments: [30] },
];

/** Stored patterns of a cells, v of which are silent. */
const noisy = { a: 40, flipped: 16, s: 20 };

/** Work in pieces, between which the run can be stopped. */
async function inPieces(run: Run, stage: string, total: number, work: (count: number) => void): Promise<void> {
  const piece = Math.ceil(total / 40);
  for (let done = 0; done < total; done += piece) {
    run.progress(stage, done, total, "random patterns");
    await run.breathe();
    work(Math.min(piece, total - done));
  }
  run.progress(stage, total, total, "random patterns");
}

function addTo(sums: readonly Float64Array[], more: readonly Float64Array[]) {
  for (const [i, sum] of sums.entries()) for (let j = 0; j < sum.length; j++) sum[j] += more[i][j];
}

/** False positives and misses of one segment, at all thresholds where they are frequent enough to be counted. */
export async function simulateSegments(run: Run, { rng }: Part, trials: number): Promise<Point[]> {
  const points: Point[] = [];
  const check = (what: string, theory: number, hits: number) => {
    if (theory < rarest || theory > 1 - rarest) return;
    const deviation = standardErrors(hits, trials, theory);
    points.push({ what, theory, observed: hits / trials, standardErrors: deviation });
  };
  const above = (counts: Float64Array, theta: number) => counts.subarray(theta).reduce((a, b) => a + b, 0);

  for (const { n, a, segments } of populations) {
    const counts = segments.map((s) => new Float64Array(s + 1));
    await inPieces(run, `patterns of ${a} of ${n} cells`, trials, (count) =>
      addTo(counts, simulateOverlaps(rng, { n, a, segments }, count)),
    );
    for (const [i, s] of segments.entries())
      for (let theta = 1; theta <= s; theta++)
        check(
          `P_fp(n=${n}, a=${a}, s=${s}, θ=${theta})`,
          Math.exp(logFalsePositive({ n, a, s, theta })),
          above(counts[i], theta),
        );
  }
  const { a, flipped, s } = noisy;
  const silent = [new Float64Array(s + 1)];
  await inPieces(run, `patterns with ${flipped} of ${a} cells silent`, trials, (count) =>
    addTo(silent, simulateOverlaps(rng, { n: a, a: flipped, segments: [s] }, count)),
  );
  for (let theta = 1; theta <= s; theta++)
    check(
      `P_fn(a=${a}, s=${s}, θ=${theta}, v=${flipped})`,
      falseNegative({ a, s, theta, flipped }).p,
      above(silent[0], s - theta + 1),
    );
  return points;
}

export interface UnionPoint extends Point {
  readonly patterns: number;
  readonly mode: UnionMode;
}

export const unionSizesUsed = { n: 4000, a: 40, s: 30, theta: 15 };

/** Both kinds of unions of 1 … M patterns: what the exact mixtures say, and what random ones do. */
export async function simulateUnion(
  run: Run,
  { rng }: Part,
  { trials, mostPatterns }: { readonly trials: number; readonly mostPatterns: number },
): Promise<UnionPoint[]> {
  const { n, a, s, theta } = unionSizesUsed;
  const points: UnionPoint[] = [];
  for (const mode of ["segment-exact", "activity-exact"] as const) {
    const [members, probe] = mode === "segment-exact" ? [s, a] : [a, s];
    const hits = [new Float64Array(mostPatterns)];
    await inPieces(run, `unions, ${mode}`, trials, (count) =>
      addTo(hits, [simulateUnions(rng, { n, members, probe, theta }, mostPatterns, count)]),
    );
    for (const { patterns, log } of unionSizes(n, members, mostPatterns)) {
      const { p } = mixture({ ...unionSizesUsed, patterns, mode }, log);
      // Few points stand for all: neighbours share nearly all of their patterns.
      if (p < rarest || patterns % 5 > 0) continue;
      const observed = hits[0][patterns - 1];
      const deviation = standardErrors(observed, trials, p);
      const what = `${mode}, ${patterns} patterns`;
      points.push({ what, mode, patterns, theory: p, observed: observed / trials, standardErrors: deviation });
    }
  }
  return points;
}

export function reportSimulations(run: Run, points: readonly Point[]): void {
  run.metric(
    "largest deviation of random patterns from theory",
    Math.max(...points.map((point) => Math.abs(point.standardErrors))),
    { unit: "standard errors" },
  );
  run.figure("random patterns against theory", {
    kind: "plot",
    title: "Random patterns keep to the closed forms",
    caption: `Each dot is one combination of sizes with a probability of at least ${rarest}. Of independent dots, 1 of 16,000 would lie beyond 4 standard errors.`,
    x: { label: "probability in closed form", type: "log" },
    y: { label: "observed − expected (standard errors)", grid: true },
    marks: [
      { mark: "ruleY", data: [-4, 4], strokeDasharray: "4,3" },
      { mark: "ruleY", data: [0] },
      {
        mark: "dot",
        data: points.map(({ theory, standardErrors: y }) => ({ theory, deviation: y })),
        x: "theory",
        y: "deviation",
        fill: "#0072b2",
      },
    ],
  });
}
