/** @file What is measured between pairs of classes, tile by tile: no array of all pairs is made. */

import { CajalError, Rng } from "../../../graph/index.ts";
import { type CentredMeans, tiny } from "./centred.ts";
import type { ClassMeans } from "./class-means.ts";
import { Moments } from "./moments.ts";

export interface PairMeasures {
  /** NC1: mean of (σ_c² + σ_c'²) / (2 ‖μ_c − μ_c'‖²), the class-distance normalised variance. */
  readonly cdnv: number;
  /** The same with the squared distance squared once more, as the authors' released analysis has it. */
  readonly cdnv2: number;
  /** NC2: mean and standard deviation of ⟨u_c, u_c'⟩. */
  readonly cosMean: number;
  readonly cosStd: number;
  /** GNC2: mean and variance of the log kernel −ln ‖u_c − u_c'‖. */
  readonly logKernelMean: number;
  readonly logKernelVar: number;
  /** Pairs of classes with one mean: left out. */
  readonly duplicates: number;
  /** The nearest other mean of each class (its place), and its distance; −1 and ∞ for classes that were not drawn. */
  readonly nearest: Int32Array;
  readonly nearestDist: Float64Array;
  /** Places of the classes that were drawn, if not all were taken. */
  readonly drawn?: Int32Array;
  /** Of the means over pairs, when classes were drawn. */
  readonly standardErrors?: { readonly cdnv: number; readonly cosMean: number; readonly logKernelMean: number };
}

export interface PairOptions {
  /** Classes in a tile. Default 64. */
  readonly tile?: number;
  /** Classes drawn at random, in place of all. */
  readonly sample?: number;
  /** Of the draw. Default 0. */
  readonly seed?: number;
  /** Between tiles: lets everything else have its turn. */
  readonly breathe?: () => Promise<void>;
  readonly onProgress?: (done: number, total: number) => void;
}

/** More ordered pairs take hours. */
const mostPairs = 4e9;
const offeredSample = 20_000;

/** @throws CajalError `too-large` when there are more than 4·10⁹ ordered pairs and no sample is asked for */
export async function pairMeasures(
  { width, means, ids }: ClassMeans,
  { norms, directions }: CentredMeans,
  variances: Float64Array,
  { tile = 64, sample, seed = 0, breathe, onProgress }: PairOptions = {},
): Promise<PairMeasures> {
  const all = ids.length;
  if (sample === undefined && all * all > mostPairs)
    throw new CajalError(
      "too-large",
      `${all} classes make ${(all * all).toExponential(1)} ordered pairs; ${mostPairs.toExponential()} is the limit`,
      {
        advice: `Draw classes at random (sample: ${offeredSample}): the report then has standard errors.`,
      },
    );
  const drawn =
    sample === undefined || sample >= all ? undefined : new Rng(seed).permutation(all).subarray(0, sample).sort();
  const chosen = drawn ?? Int32Array.from({ length: all }, (_, c) => c);
  const count = chosen.length;

  const simplex = -1 / (all - 1);
  const cosines = new Moments(simplex);
  const kernels = new Moments(-Math.log(2 - 2 * simplex) / 2);
  const [cdnv, cdnv2] = [new Moments(), new Moments()];
  const byClass = { cdnv: new PerClass(count), cosMean: new PerClass(count), logKernelMean: new PerClass(count) };
  const nearest = new Int32Array(all).fill(-1);
  const nearestDist = new Float64Array(all).fill(Number.POSITIVE_INFINITY);
  let duplicates = 0;

  const tiles = Math.ceil(count / tile);
  let done = 0;
  for (let I = 0; I < tiles; I++)
    for (let J = I; J < tiles; J++) {
      for (let i = I * tile; i < Math.min(count, (I + 1) * tile); i++)
        for (let j = Math.max(i + 1, J * tile); j < Math.min(count, (J + 1) * tile); j++) {
          const [c, other] = [chosen[i], chosen[j]];
          const [a, b] = [c * width, other * width];
          let [distance2, angle2] = [0, 0];
          // Direct differences: products of the means, subtracted, would lose the digits that matter.
          for (let k = 0; k < width; k++) {
            const apart = means[a + k] - means[b + k];
            const turned = directions[a + k] - directions[b + k];
            distance2 += apart * apart;
            angle2 += turned * turned;
          }
          const distance = Math.sqrt(distance2);
          if (distance < nearestDist[c]) [nearestDist[c], nearest[c]] = [distance, other];
          if (distance < nearestDist[other]) [nearestDist[other], nearest[other]] = [distance, c];
          if (distance < tiny) {
            duplicates++;
            continue;
          }
          const spread = variances[c] + variances[other];
          const ratio = spread / (2 * distance2);
          cdnv.add(ratio);
          cdnv2.add(spread / (2 * distance2 * distance2));
          byClass.cdnv.add(i, j, ratio);
          if (norms[c] < tiny || norms[other] < tiny) continue;
          const cosine = 1 - angle2 / 2;
          cosines.add(cosine);
          byClass.cosMean.add(i, j, cosine);
          if (angle2 < tiny * tiny) continue;
          const kernel = -Math.log(angle2) / 2;
          kernels.add(kernel);
          byClass.logKernelMean.add(i, j, kernel);
        }
      onProgress?.(++done, (tiles * (tiles + 1)) / 2);
      await breathe?.();
    }
  return {
    cdnv: cdnv.mean,
    cdnv2: cdnv2.mean,
    cosMean: cosines.mean,
    cosStd: Math.sqrt(cosines.variance),
    logKernelMean: kernels.mean,
    logKernelVar: kernels.variance,
    duplicates,
    nearest,
    nearestDist,
    ...(drawn && {
      drawn,
      standardErrors: {
        cdnv: byClass.cdnv.standardError(all),
        cosMean: byClass.cosMean.standardError(all),
        logKernelMean: byClass.logKernelMean.standardError(all),
      },
    }),
  };
}

/** The mean of a measure over all pairs of one class, for each class. */
class PerClass {
  private readonly sums: Float64Array;
  private readonly counts: Float64Array;

  constructor(classes: number) {
    this.sums = new Float64Array(classes);
    this.counts = new Float64Array(classes);
  }

  add(i: number, j: number, value: number): void {
    this.sums[i] += value;
    this.sums[j] += value;
    this.counts[i]++;
    this.counts[j]++;
  }

  /** Of a mean over pairs of n drawn classes: 2·sd/√n of the classes' own means (Hoeffding 1948), less as fewer classes are left. */
  standardError(all: number): number {
    const moments = new Moments();
    for (let i = 0; i < this.sums.length; i++) if (this.counts[i] > 0) moments.add(this.sums[i] / this.counts[i]);
    const n = this.sums.length;
    return 2 * Math.sqrt((moments.variance / n) * (1 - n / all));
  }
}
