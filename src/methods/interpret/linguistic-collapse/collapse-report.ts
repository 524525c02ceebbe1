/** @file All measures of a top layer, from what the three passes found. */

import { centredMeans, rowNorms, tiny, unitRows } from "./centred.ts";
import type { ClassMeans } from "./class-means.ts";
import type { HeadRows } from "./decisions.ts";
import { Moments, momentsOf } from "./moments.ts";
import { type PairMeasures, type PairOptions, pairMeasures } from "./pair-measures.ts";
import { simplexDistance } from "./simplex-distance.ts";

export interface ClassFindings {
  readonly id: number;
  /** N_c */
  readonly n: number;
  /** σ_c² */
  readonly variance: number;
  /** ‖m_c‖ */
  readonly norm: number;
  /** cos(w_c, m_c) */
  readonly dualCos: number;
  /** The class whose mean is nearest, and how far it is; −1 when this class was not drawn. */
  readonly nearest: number;
  readonly nearestDist: number;
}

export interface Geometry
  extends Pick<
    PairMeasures,
    "cdnv" | "cdnv2" | "cosMean" | "cosStd" | "logKernelMean" | "logKernelVar" | "duplicates" | "standardErrors"
  > {
  /** Classes that were measured, and those that were seen too seldom. */
  readonly classes: number;
  readonly excluded: number;
  /** NC2: coefficient of variation of ‖m_c‖, and variance of ln ‖m_c‖. */
  readonly normCv: number;
  readonly logNormVar: number;
  /** NC2: distance of the means from a simplex, 0 … 2. */
  readonly etfError: number;
  /** NC3: mean of cos(w_c, m_c); UNC3: its variance. */
  readonly dualCos: number;
  readonly dualVar: number;
  /** NC3: mean of ‖w_c/‖w_c‖ − u_c‖, and distance of W·Mᵀ from a simplex. */
  readonly dualDistance: number;
  readonly dualError: number;
  readonly perClass: readonly ClassFindings[];
  /** ⟨u_c, u_c'⟩ of all pairs, of few classes (30 at most). */
  readonly cosines?: readonly (readonly number[])[];
}

/** More classes make no table to look at. */
const tabled = 30;

/** NC4 and what else validation data say. */
export interface Validation {
  /** Share of positions at which head and nearest class mean decide alike. */
  readonly agreement: number;
  /** Mean −log p of the labels, in nats, by the model's own logits. */
  readonly loss: number;
  readonly positions: number;
}

export interface CollapseReport extends Geometry, Validation {
  /** What is to be known before conclusions are drawn. */
  readonly warnings: readonly string[];
}

/** The geometry of means, variances and head. @throws CajalError as `pairMeasures` */
export async function geometry(
  means: ClassMeans,
  variances: Float64Array,
  head: HeadRows,
  options: PairOptions = {},
): Promise<Geometry> {
  const { width, ids, counts, excluded } = means;
  const centred = centredMeans(means);
  const { vectors, norms, directions } = centred;
  const { nearest, nearestDist, drawn, ...pairs } = await pairMeasures(means, centred, variances, options);

  const headNorms = rowNorms(head.weight, width);
  const headDirections = unitRows(head.weight, headNorms, width, ids.length);
  const [cosines, distances] = [new Moments(1), new Moments()];
  const dualCos = Float64Array.from(ids, (_, c) => {
    let distance2 = 0;
    for (let k = c * width; k < (c + 1) * width; k++) distance2 += (headDirections[k] - directions[k]) ** 2;
    if (norms[c] < tiny || headNorms[c] < tiny) return Number.NaN;
    cosines.add(1 - distance2 / 2);
    distances.add(Math.sqrt(distance2));
    return 1 - distance2 / 2;
  });
  const [taken, takenHead] = [vectors, head.weight].map((rows) => (drawn ? rowsAt(rows, drawn, width) : rows));
  const cosine = (a: number, b: number) => {
    let product = 0;
    for (let k = 0; k < width; k++) product += directions[a * width + k] * directions[b * width + k];
    return product;
  };
  const places = Array.from(ids.keys());
  const lengths = momentsOf(norms);
  const logLengths = momentsOf(norms.filter((norm) => norm >= tiny).map(Math.log));
  return {
    ...pairs,
    classes: ids.length,
    excluded,
    normCv: Math.sqrt(lengths.variance) / lengths.mean,
    logNormVar: logLengths.variance,
    etfError: await simplexDistance(taken, taken, width, options.breathe),
    dualCos: cosines.mean,
    dualVar: cosines.variance,
    dualDistance: distances.mean,
    dualError: await simplexDistance(takenHead, taken, width, options.breathe),
    perClass: Array.from(ids, (id, c) => ({
      id,
      n: counts[c],
      variance: variances[c],
      norm: norms[c],
      dualCos: dualCos[c],
      nearest: nearest[c] < 0 ? -1 : ids[nearest[c]],
      nearestDist: nearestDist[c],
    })),
    ...(ids.length <= tabled && { cosines: places.map((a) => places.map((b) => cosine(a, b))) }),
  };
}

function rowsAt(rows: Float64Array, places: Int32Array, width: number): Float64Array {
  const result = new Float64Array(places.length * width);
  for (const [i, place] of places.entries()) result.set(rows.subarray(place * width, (place + 1) * width), i * width);
  return result;
}
