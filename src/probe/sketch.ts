/**
 * @file ActivationSketch: the distribution of every unit's activations, streaming: memory does not grow with the data.
 *
 * Counts in logarithmic buckets (`buckets.ts`) as in DDSketch (Masson, Rim & Lee 2019, arXiv:1908.10693): mergeable,
 * with a bound on the relative error of every quantile. Sums are kept in float64 beside the buckets.
 */

import { CajalError } from "../graph/error.ts";
import { bucketCount, lowerEdge, upperEdge } from "./buckets.ts";
import { DigestKernel, type Tables } from "./digest-kernel.ts";
import { type Distribution, type Histogram, histogramOf, quantileOf } from "./distribution.ts";

/** A sketch as plain arrays, to store or send: the buckets that are not empty, unit after unit. */
export interface SketchData {
  /** [units + 1]: unit u owns the entries starts[u] … starts[u + 1] − 1 of `buckets` and `counts`. */
  readonly starts: Int32Array;
  /** 0 … for positive activations; −1 − the magnitude's bucket for negative ones. */
  readonly buckets: Int32Array;
  readonly counts: Uint32Array;
  /** [units, 8]: finite activations, zeros, NaN, infinite, sum, sum of squares, minimum, maximum. */
  readonly moments: Float64Array;
}

/** Columns of `moments`. */
const [finite, zero, nan, infinite, sum, squares, smallest, largest, columns] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/**
 * Counts, moments and quantiles of the activations of a layer's units. `digest` fills it from whole batches.
 *
 * NaN and ±Infinity are counted apart and enter nothing else. Magnitudes below 2^−16 share one bucket, and so do those
 * above 2^16. Memory: 8 KiB per unit, as much again for a unit that has been negative. A bucket counts to 2³² − 1.
 */
export class ActivationSketch {
  readonly units: number;
  /** Where the counters live and the work is done. */
  readonly kernel: DigestKernel;
  private readonly moments: Float64Array;
  private readonly tables: readonly Tables[];

  /** @param kernel one for all sketches of a recording: each reserves address space of its own */
  constructor(units: number, kernel = new DigestKernel()) {
    this.units = units;
    this.kernel = kernel;
    this.moments = new Float64Array(units * columns);
    for (let unit = 0; unit < units; unit++) {
      this.moments[unit * columns + smallest] = Number.POSITIVE_INFINITY;
      this.moments[unit * columns + largest] = Number.NEGATIVE_INFINITY;
    }
    this.tables = Array.from({ length: units }, () => ({ positive: kernel.newTable(), negative: 0 }));
  }

  /** Takes in activations of one unit: `values` from index `from` up to, not including, `to`. */
  add(unit: number, values: Float32Array, from = 0, to = values.length): void {
    if (to <= from) return;
    this.kernel.reserve(to - from);
    this.kernel.room.set(values.subarray(from, to));
    this.take(unit, 0, to - from);
  }

  /** Number of finite activations. */
  count(unit: number): number {
    return this.moments[unit * columns + finite];
  }

  /** Number of activations that are zero. */
  zeros(unit: number): number {
    return this.moments[unit * columns + zero];
  }

  /** Share of activations above zero, 0–1. */
  positiveShare(unit: number): number {
    return totalOf(this.counters(unit, 1)) / this.count(unit);
  }

  nans(unit: number): number {
    return this.moments[unit * columns + nan];
  }

  infinities(unit: number): number {
    return this.moments[unit * columns + infinite];
  }

  mean(unit: number): number {
    return this.moments[unit * columns + sum] / this.count(unit);
  }

  /** Mean squared distance from the mean. */
  variance(unit: number): number {
    return Math.max(0, this.moments[unit * columns + squares] / this.count(unit) - this.mean(unit) ** 2);
  }

  /** Infinity without activations. */
  minimum(unit: number): number {
    return this.moments[unit * columns + smallest];
  }

  /** −Infinity without activations. */
  maximum(unit: number): number {
    return this.moments[unit * columns + largest];
  }

  /**
   * The activation below which a share `q`, 0–1, of all activations lies; NaN without activations. Differs from the
   * order statistic ⌊q·(n − 1)⌋ by 1/32 of its magnitude at most (between 2^−16 and 2^16), on smooth data by far less.
   */
  quantile(unit: number, q: number): number {
    return quantileOf(this.distribution(unit), q);
  }

  /** Equally wide bins from the minimum to the maximum. Counts are fractions where a bucket lies in two bins. */
  histogram(unit: number, bins: number): Histogram {
    return histogramOf(this.distribution(unit), bins);
  }

  /** Takes in what another sketch of the same units has counted. */
  merge(other: ActivationSketch): void {
    if (other.units !== this.units) {
      throw new CajalError("shape", `ActivationSketch: cannot merge ${other.units} units into ${this.units}`);
    }
    for (let unit = 0; unit < this.units; unit++) {
      const { positive, negative } = other.tables[unit];
      addCounts(this.counters(unit, 1), other.kernel.counters(positive));
      if (negative !== 0) addCounts(this.counters(unit, -1), other.kernel.counters(negative));
      const start = unit * columns;
      for (let i = start; i < start + smallest; i++) this.moments[i] += other.moments[i];
      this.widen(unit, other.minimum(unit));
      this.widen(unit, other.maximum(unit));
    }
  }

  toData(): SketchData {
    const starts = new Int32Array(this.units + 1);
    const buckets: number[] = [];
    const counts: number[] = [];
    const list = (unit: number, sign: 1 | -1, name: (bucket: number) => number) =>
      this.counters(unit, sign).forEach((count, bucket) => {
        if (count === 0) return;
        buckets.push(name(bucket));
        counts.push(count);
      });
    for (let unit = 0; unit < this.units; unit++) {
      list(unit, 1, (bucket) => bucket);
      if (this.minimum(unit) < 0) list(unit, -1, (bucket) => -1 - bucket);
      starts[unit + 1] = buckets.length;
    }
    return {
      starts,
      buckets: Int32Array.from(buckets),
      counts: Uint32Array.from(counts),
      moments: this.moments.slice(),
    };
  }

  static fromData(data: SketchData, kernel = new DigestKernel()): ActivationSketch {
    const sketch = new ActivationSketch(data.starts.length - 1, kernel);
    sketch.moments.set(data.moments);
    for (let unit = 0; unit < sketch.units; unit++) {
      for (let i = data.starts[unit]; i < data.starts[unit + 1]; i++) {
        const bucket = data.buckets[i];
        if (bucket >= 0) sketch.counters(unit, 1)[bucket] = data.counts[i];
        else sketch.counters(unit, -1)[-1 - bucket] = data.counts[i];
      }
    }
    return sketch;
  }

  /** Takes in `cells` ≥ 1 activations at `offset` of the kernel's room; leaves what it found in the kernel. */
  take(unit: number, offset: number, cells: number): void {
    const { kernel, moments } = this;
    kernel.digest(offset, cells, this.tables[unit]);
    const start = unit * columns;
    moments[start + finite] += kernel.cells;
    moments[start + zero] += kernel.zeros;
    moments[start + nan] += kernel.nans;
    moments[start + infinite] += kernel.infinities;
    moments[start + sum] += kernel.sum;
    moments[start + squares] += kernel.squares;
    this.widen(unit, kernel.minimum);
    this.widen(unit, kernel.maximum);
  }

  /** Lets the extremes include an activation without counting it; NaN and infinite ones are ignored. */
  widen(unit: number, activation: number): void {
    const start = unit * columns;
    if (activation < this.moments[start + smallest] && activation !== Number.NEGATIVE_INFINITY)
      this.moments[start + smallest] = activation;
    if (activation > this.moments[start + largest] && activation !== Number.POSITIVE_INFINITY)
      this.moments[start + largest] = activation;
  }

  private counters(unit: number, sign: 1 | -1): Int32Array {
    const tables = this.tables[unit];
    if (sign > 0) return this.kernel.counters(tables.positive);
    if (tables.negative === 0) tables.negative = this.kernel.newTable();
    return this.kernel.counters(tables.negative);
  }

  /** The unit's buckets, cut to the extremes that are known exactly. */
  private distribution(unit: number): Distribution {
    const [minimum, maximum] = [this.minimum(unit), this.maximum(unit)];
    const lower: number[] = [];
    const upper: number[] = [];
    const counts: number[] = [];
    const push = (count: number, from: number, to: number) => {
      lower.push(Math.max(from, minimum));
      upper.push(Math.min(to, maximum));
      counts.push(count);
    };
    if (minimum < 0) {
      const negative = this.counters(unit, -1);
      for (let b = bucketCount - 1; b >= 0; b--) {
        if (negative[b] !== 0) push(negative[b] >>> 0, -upperEdge(b), -lowerEdge(b));
      }
    }
    if (this.zeros(unit) > 0) push(this.zeros(unit), 0, 0);
    const positive = this.counters(unit, 1);
    for (let b = 0; b < bucketCount; b++) {
      if (positive[b] !== 0) push(positive[b] >>> 0, lowerEdge(b), upperEdge(b));
    }
    return { lower, upper, counts };
  }
}

function addCounts(counters: Int32Array, more: Int32Array): void {
  for (let i = 0; i < counters.length; i++) counters[i] += more[i];
}

function totalOf(counters: Int32Array): number {
  let total = 0;
  for (const count of counters) total += count >>> 0;
  return total;
}
