/** @file Selectivity: how unevenly a unit's activity is spread over samples, and over their labels. Streaming. */

import { CajalError } from "../graph/error.ts";

/** The label whose samples excite a unit most. */
export interface ClassSelectivity {
  readonly label: string;
  /** (µ_best − µ_rest) / (µ_best + µ_rest): 0 no difference between labels, 1 active for one label only. */
  readonly index: number;
}

/**
 * Sparseness over samples and selectivity over labels, of the rate r: a sample's maximum, negative values taken as 0.
 *
 * Labels are counted in an order given up front, so that parts of a data set can be merged.
 */
export class Selectivity {
  readonly units: number;
  readonly labels: readonly string[];
  /** [units, 3]: number of samples, Σr, Σr². */
  private readonly sums: Float64Array;
  /** [units, labels, 2]: number of samples with the label, their Σr. */
  private readonly labelSums: Float64Array;

  constructor(units: number, labels: readonly string[] = []) {
    this.units = units;
    this.labels = labels;
    this.sums = new Float64Array(units * 3);
    this.labelSums = new Float64Array(units * labels.length * 2);
  }

  /**
   * Takes in a sample.
   *
   * @param maximum the unit's largest activation in the sample; NaN is left out
   * @param label index into `labels`; absent for a sample without label
   */
  add(unit: number, maximum: number, label?: number): void {
    const rate = Math.max(maximum, 0);
    if (Number.isNaN(rate)) return;
    this.sums[3 * unit] += 1;
    this.sums[3 * unit + 1] += rate;
    this.sums[3 * unit + 2] += rate * rate;
    if (label === undefined) return;
    const start = 2 * (unit * this.labels.length + label);
    this.labelSums[start] += 1;
    this.labelSums[start + 1] += rate;
  }

  /**
   * Treves–Rolls sparseness, 0–1: (1 − (Σr/n)² / (Σr²/n)) / (1 − 1/n). 0 if the unit is as active in every sample (or in
   * none, or there are fewer than two), 1 if in a single one. Vinje & Gallant 2000, after Rolls & Tovee 1995.
   */
  sparseness(unit: number): number {
    const [n, sum, squares] = this.sums.subarray(3 * unit, 3 * unit + 3);
    if (n < 2 || squares === 0) return 0;
    const sparseness = (1 - (sum / n) ** 2 / (squares / n)) / (1 - 1 / n);
    return Math.min(1, Math.max(0, sparseness));
  }

  /**
   * Class selectivity: µ_best is the largest mean rate of a label, µ_rest the mean over the other labels of theirs.
   * Undefined with fewer than two labels among the samples. Morcos, Barrett, Rabinowitz & Botvinick 2018, arXiv:1803.06959.
   */
  classSelectivity(unit: number): ClassSelectivity | undefined {
    const means: { label: string; mean: number }[] = [];
    this.labels.forEach((label, i) => {
      const start = 2 * (unit * this.labels.length + i);
      const count = this.labelSums[start];
      if (count > 0) means.push({ label, mean: this.labelSums[start + 1] / count });
    });
    if (means.length < 2) return undefined;
    const best = means.reduce((a, b) => (b.mean > a.mean ? b : a));
    const others = means.filter((entry) => entry !== best);
    const rest = others.reduce((sum, { mean }) => sum + mean, 0) / others.length;
    return { label: best.label, index: best.mean === 0 ? 0 : (best.mean - rest) / (best.mean + rest) };
  }

  /** Takes in what was counted on other samples. */
  merge(other: Selectivity): void {
    if (other.units !== this.units || other.labels.join("\n") !== this.labels.join("\n")) {
      throw new CajalError("shape", "Selectivity: cannot merge parts that differ in their units or labels");
    }
    for (let i = 0; i < this.sums.length; i++) this.sums[i] += other.sums[i];
    for (let i = 0; i < this.labelSums.length; i++) this.labelSums[i] += other.labelSums[i];
  }
}
