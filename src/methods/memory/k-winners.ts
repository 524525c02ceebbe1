/** @file k-winners-take-all: activations become sparse codes. */

import { CajalError, formatShape, type Tensor } from "../../graph/index.ts";
import type { SparseCode } from "./sparse-code.ts";

/** Per unit over the examples. */
export interface UnitStatistics {
  readonly mean: Float64Array;
  /** Standard deviation of the population. */
  readonly deviation: Float64Array;
}

/** Of activations [T, n]. @throws CajalError `shape`, `not-finite` */
export function unitStatistics(activations: Tensor): UnitStatistics {
  const { values, count, n } = checked(activations);
  const mean = new Float64Array(n);
  const deviation = new Float64Array(n);
  for (let i = 0; i < values.length; i++) mean[i % n] += values[i] / count;
  for (let i = 0; i < values.length; i++) deviation[i % n] += (values[i] - mean[i % n]) ** 2 / count;
  return { mean, deviation: deviation.map(Math.sqrt) };
}

export interface WinnerOptions {
  /** Active cells of each code. */
  readonly k: number;
  /**
   * Take from each unit its mean and divide it by its standard deviation first, so that no unit wins because it is always strong: over the
   * given activations (true), or as it was over others. A unit that never varies never wins before one that is above its mean.
   */
  readonly standardise: boolean | UnitStatistics;
}

/**
 * The k strongest units of each example of activations [T, n]; of equally strong ones the first.
 * @throws CajalError `argument` when k is not between 1 and n; `shape`, `not-finite`
 */
export function toSparseCodes(activations: Tensor, { k, standardise }: WinnerOptions): SparseCode[] {
  const { values, count, n } = checked(activations);
  if (!(Number.isInteger(k) && k >= 1 && k <= n))
    throw new CajalError("argument", `toSparseCodes: k = ${k} winners of ${n} units`);
  const statistics = standardise === true ? unitStatistics(activations) : standardise || undefined;
  if (statistics && statistics.mean.length !== n)
    throw new CajalError("shape", `toSparseCodes: statistics of ${statistics.mean.length} units for ${n} units`);
  return Array.from({ length: count }, (_, t) => {
    const row = values.subarray(t * n, (t + 1) * n);
    return { n, active: winners(statistics ? standardised(row, statistics) : row, k) };
  });
}

function standardised(row: Float64Array, { mean, deviation }: UnitStatistics): Float64Array {
  return row.map((value, i) => (deviation[i] > 0 ? (value - mean[i]) / deviation[i] : 0));
}

/** The places of the k largest values, ascending. */
function winners(values: Float64Array, k: number): Int32Array {
  const limit = Float64Array.from(values).sort()[values.length - k];
  let ties = k;
  for (const value of values) if (value > limit) ties--;
  const places = new Int32Array(k);
  let found = 0;
  for (let i = 0; i < values.length && found < k; i++)
    if (values[i] > limit || (values[i] === limit && ties-- > 0)) places[found++] = i;
  return places;
}

function checked(activations: Tensor) {
  if (activations.shape.length !== 2)
    throw new CajalError("shape", `activations are a matrix [examples, units], not ${formatShape(activations.shape)}`);
  const values = activations.numbers();
  const at = values.findIndex((value) => !Number.isFinite(value));
  const [count, n] = activations.shape;
  if (at >= 0)
    throw new CajalError("not-finite", `activations: ${values[at]} in example ${Math.floor(at / n)}, unit ${at % n}`);
  return { values, count, n };
}
