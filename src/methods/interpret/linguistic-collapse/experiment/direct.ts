/** @file All measures once more, straight from their formulas with all vectors in memory: what the streaming passes must agree with. */

import type { Measure } from "../index.ts";

type Vector = readonly number[];

const minus = (a: Vector, b: Vector): number[] => a.map((value, k) => value - b[k]);
const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, k) => sum + value * b[k], 0);
const length = (a: Vector): number => Math.sqrt(dot(a, a));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: readonly number[]): number => mean(values.map((value) => (value - mean(values)) ** 2));
const scaled = (a: Vector): number[] => a.map((value) => value / length(a));
const centroid = (rows: readonly Vector[]): number[] => rows[0].map((_, k) => mean(rows.map((row) => row[k])));
const indexOfLargest = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/**
 * @param classes the vectors of each class
 * @param head a row for each class
 * @param val vectors to decide on
 */
export function directMeasures(
  classes: readonly (readonly Vector[])[],
  head: readonly Vector[],
  val: readonly Vector[],
): Record<Measure, number> {
  const means = classes.map(centroid);
  const spreads = classes.map((rows, c) => mean(rows.map((row) => dot(minus(row, means[c]), minus(row, means[c])))));
  const m = means.map((mu) => minus(mu, centroid(means)));
  const u = m.map(scaled);
  const pairs = means.flatMap((_, a) => means.slice(a + 1).map((_, b) => [a, a + 1 + b] as const));
  const squared = ([a, b]: readonly [number, number], of: readonly Vector[]) =>
    dot(minus(of[a], of[b]), minus(of[a], of[b]));
  const cosines = pairs.map(([a, b]) => dot(u[a], u[b]));
  const kernels = pairs.map((pair) => -Math.log(Math.sqrt(squared(pair, u))));
  const spread = ([a, b]: readonly [number, number]) => spreads[a] + spreads[b];
  const dual = head.map((w, c) => dot(scaled(w), u[c]));
  return {
    cdnv: mean(pairs.map((pair) => spread(pair) / (2 * squared(pair, means)))),
    cdnv2: mean(pairs.map((pair) => spread(pair) / (2 * squared(pair, means) ** 2))),
    normCv: Math.sqrt(variance(m.map(length))) / mean(m.map(length)),
    logNormVar: variance(m.map((row) => Math.log(length(row)))),
    cosMean: mean(cosines),
    cosStd: Math.sqrt(variance(cosines)),
    etfError: fromSimplex(m, m),
    logKernelMean: mean(kernels),
    logKernelVar: variance(kernels),
    dualCos: mean(dual),
    dualVar: variance(dual),
    dualDistance: mean(head.map((w, c) => length(minus(scaled(w), u[c])))),
    dualError: fromSimplex(head, m),
    agreement: mean(
      val.map((h) => {
        const byHead = indexOfLargest(head.map((w) => dot(w, h)));
        return Number(byHead === indexOfLargest(means.map((mu) => -length(minus(h, mu)))));
      }),
    ),
  };
}

function fromSimplex(a: readonly Vector[], b: readonly Vector[]): number {
  const products = a.map((row) => b.map((other) => dot(row, other)));
  const norm = length(products.flat());
  const classes = a.length;
  return length(
    products.flatMap((row, i) =>
      row.map((product, j) => product / norm - (Number(i === j) - 1 / classes) / Math.sqrt(classes - 1)),
    ),
  );
}
