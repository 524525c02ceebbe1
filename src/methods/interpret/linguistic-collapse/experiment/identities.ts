/** @file What must be so whatever the model: a perfect simplex, noise on it, the formulas straight, rotations and shifts. */

import type { Rng } from "../../../../graph/index.ts";
import { type Measure, measures } from "../index.ts";
import { directMeasures } from "./direct.ts";
import { clouds, listed, measured, nearestMeans, rotated, shifted, simplex } from "./vectors.ts";

export interface Identities {
  /** The largest of the measures that a perfect simplex has as 0. */
  readonly collapsed: number;
  /** |mean cosine + 1/10| of it. */
  readonly cosine: number;
  readonly agreement: number;
  /** |CDNV / (d s²/D²) − 1| with noise of variance s² in each of d dimensions. */
  readonly noise: number;
  /** The largest relative difference of streamed, sharded, merged passes with any tile from the formulas. */
  readonly streaming: number;
  /** The largest relative change when embedding and head are turned. */
  readonly rotation: number;
  /** The largest change of the cosines when the embedding is moved. */
  readonly shift: number;
  /** Vectors that the nearest mean decides on otherwise when all is moved. */
  readonly shiftedDecisions: number;
}

const zeroOfSimplex: readonly Measure[] = ["cdnv", "normCv", "cosStd", "etfError", "dualError", "logKernelVar"];

export async function identities(rng: Rng): Promise<Identities> {
  const perfect = await measured(simplex(rng.split("simplex")));
  const [width, noise] = [16, 0.2];
  const noisy = await measured(simplex(rng.split("noise"), { width, perClass: 2000, noise }));
  // Squared distance of two vertices of a simplex of 11 on the unit sphere.
  const expected = (width * noise ** 2) / (2 + 2 / 10);

  const data = clouds(rng.split("clouds"));
  const moved = shifted(data, rng.split("shift"));
  const [decisions, movedDecisions] = [await nearestMeans(data), await nearestMeans(moved)];
  const { byClass, head, all } = listed(data);
  const direct = directMeasures(byClass, head, all);
  const plain = await measured(data);
  let streaming = 0;
  for (const [shards, tile] of [
    [1, 64],
    [1, 1],
    [3, 7],
    [5, 1000],
  ])
    streaming = Math.max(streaming, largestDifference(await measured(data, { shards, tile }), direct, measures));
  return {
    collapsed: Math.max(...zeroOfSimplex.map((measure) => perfect[measure])),
    cosine: Math.abs(perfect.cosMean + 1 / 10),
    agreement: perfect.agreement,
    noise: Math.abs(noisy.cdnv / expected - 1),
    streaming,
    rotation: largestDifference(await measured(rotated(data, rng.split("rotation"))), plain, measures),
    shift: largestDifference(await measured(moved), plain, ["cosMean", "cosStd", "dualCos", "dualVar", "logKernelVar"]),
    shiftedDecisions: decisions.filter((place, i) => place !== movedDecisions[i]).length,
  };
}

function largestDifference(a: Record<Measure, number>, b: Record<Measure, number>, of: readonly Measure[]): number {
  return Math.max(...of.map((measure) => Math.abs(a[measure] - b[measure]) / Math.abs(b[measure])));
}
