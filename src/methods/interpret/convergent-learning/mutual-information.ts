/** @file Mutual information of pairs of units by histograms: what correlation misses when two units are related, but not along a line. */

import { type Matrix, zeros } from "../matrix.ts";

/** Bins of equal mass; one more for what is inactive. */
const massBins = 10;
/** A unit that is never below zero and sometimes no larger than this is taken to have a ReLU; there it is inactive. */
const inactive = 1e-6;
/** The next number above. */
const leastActive = inactive * (1 + Number.EPSILON);
/** So many bins have all units, used or not. */
const bins = massBins + 1;
const cells = bins * bins;
/** Up to so many units per net all pairs are looked at; of larger layers, only the best by correlation. */
const allPairsUpTo = 128;
const candidatesPerUnit = 10;
/** From so many samples edges of bins are found. */
const reservoirRows = 10_000;

/** How a unit's values fall into bins: the number of edges that lie at or below a value. */
export interface Binning {
  /** Ascending. Of a ReLU unit the first one lies just above "inactive". */
  readonly edges: Float64Array;
}

/** Equal-mass bins of the values; with a bin of its own for inactivity where the unit is a ReLU. */
export function binning(values: ArrayLike<number>): Binning {
  const sorted = Float64Array.from(values).sort();
  const first = sorted.findIndex((value) => value > inactive);
  const isRelu = sorted[0] >= 0 && sorted[0] <= inactive;
  const active = isRelu ? sorted.subarray(first < 0 ? sorted.length : first) : sorted;
  const inner = Array.from(
    { length: massBins - 1 },
    (_, k) => active[Math.floor(((k + 1) * active.length) / massBins)],
  );
  const edges = [...(isRelu ? [leastActive] : []), ...inner].filter((edge) => edge !== undefined);
  return { edges: Float64Array.from(edges) };
}

/** The number of a value's bin. */
export function binOf({ edges }: Binning, value: number): number {
  let bin = 0;
  while (bin < edges.length && value >= edges[bin]) bin++;
  return bin;
}

/**
 * I = Σ p ln(p/(pₓ·p_y)) in nats, less (Bₓ − 1)(B_y − 1)/(2N): what independent variables would show on average (Miller 1955). B counts bins that occur.
 * @param counts [Bₓ, B_y], row by row
 */
export function mutualInformation(counts: ArrayLike<number>, columns: number): number {
  const rows = counts.length / columns;
  const [first, second] = [new Float64Array(rows), new Float64Array(columns)];
  let n = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const count = counts[i * columns + j];
      first[i] += count;
      second[j] += count;
      n += count;
    }
  if (n === 0) return 0;
  let sum = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const count = counts[i * columns + j];
      if (count > 0) sum += count * Math.log((count * n) / (first[i] * second[j]));
    }
  const occurring = (totals: Float64Array) => totals.reduce((used, total) => used + Number(total > 0), 0);
  return sum / n - ((occurring(first) - 1) * (occurring(second) - 1)) / (2 * n);
}

/** Evenly spread samples of all units, as many as find the edges of bins. */
export class RowReservoir {
  private readonly units: number;
  private readonly every: number;
  private readonly kept: Float64Array[] = [];
  private passed = 0;

  /** @param total samples that will come */
  constructor(units: number, total: number) {
    this.units = units;
    this.every = Math.max(1, Math.ceil(total / reservoirRows));
  }

  /** @param rows [samples, units] */
  add(rows: Float64Array): void {
    for (let at = 0; at < rows.length; at += this.units, this.passed++)
      if (this.passed % this.every === 0) this.kept.push(rows.slice(at, at + this.units));
  }

  /** Of each unit its samples. */
  columns(): Float64Array[] {
    return Array.from({ length: this.units }, (_, unit) => Float64Array.from(this.kept, (row) => row[unit]));
  }
}

/** Whether all pairs are looked at. */
export function isSmall(...units: readonly number[]): boolean {
  return units.every((count) => count <= allPairsUpTo);
}

/** For each row the columns with the largest values. */
export function bestCandidates({ rows, columns, data }: Matrix): Int32Array[] {
  return Array.from({ length: rows }, (_, i) =>
    Int32Array.from({ length: columns }, (_, j) => j)
      .sort((j, k) => data[i * columns + k] - data[i * columns + j])
      .subarray(0, candidatesPerUnit),
  );
}

/** Joint histograms of units of one net with units of another, while samples stream by. */
export class PairHistograms {
  private readonly first: readonly Binning[];
  private readonly second: readonly Binning[];
  /** For each unit of the first net those of the second that it is held against. */
  private readonly partners: readonly Int32Array[];
  private readonly counts: readonly Uint32Array[];

  /** @param partners default: all pairs */
  constructor(first: readonly Binning[], second: readonly Binning[], partners?: readonly Int32Array[]) {
    this.first = first;
    this.second = second;
    this.partners = partners ?? first.map(() => Int32Array.from(second, (_, j) => j));
    this.counts = this.partners.map(({ length }) => new Uint32Array(length * cells));
  }

  /** @param a [count, units], as b */
  add(a: Float64Array, b: Float64Array, count: number): void {
    const [x, y] = [binsOfAll(this.first, a, count), binsOfAll(this.second, b, count)];
    const columns = this.second.length;
    for (const [i, partners] of this.partners.entries()) {
      const [counts, pairs] = [this.counts[i], partners.length];
      for (let s = 0; s < count; s++) {
        const from = s * columns;
        let at = x[s * this.first.length + i] * bins;
        for (let k = 0; k < pairs; k++, at += cells) counts[at + y[from + partners[k]]]++;
      }
    }
  }

  /** [units of the first net, units of the second]; NaN where a pair was not looked at */
  information(): Matrix {
    const result = zeros(this.first.length, this.second.length);
    result.data.fill(Number.NaN);
    for (const [i, partners] of this.partners.entries())
      for (const [k, j] of partners.entries()) {
        const counts = this.counts[i].subarray(k * cells, (k + 1) * cells);
        result.data[i * result.columns + j] = mutualInformation(counts, bins);
      }
    return result;
  }
}

/** The bin of each value. @param rows [count, units] */
function binsOfAll(units: readonly Binning[], rows: Float64Array, count: number): Uint8Array {
  const result = new Uint8Array(count * units.length);
  for (const [unit, own] of units.entries())
    for (let at = unit; at < result.length; at += units.length) result[at] = binOf(own, rows[at]);
  return result;
}
