/** @file TopK: the samples that excite each unit most, kept while samples stream by. */

import { CajalError } from "../graph/error.ts";

/** One of a unit's top samples. */
export interface TopEntry {
  readonly value: number;
  readonly sample: number;
  /** The cell with the maximum. */
  readonly position: number;
}

/**
 * The k samples with the largest value, for each unit: in descending order, ties by the smaller sample index, so that
 * the result does not depend on the order in which samples arrive. NaN never enters. Each sample is offered once.
 */
export class TopK {
  readonly units: number;
  readonly k: number;
  /** [units, k] each; places not yet taken have the value −Infinity and the sample index 2³¹ − 1. */
  private readonly values: Float32Array;
  private readonly samples: Int32Array;
  private readonly positions: Int32Array;

  constructor(units: number, k: number) {
    if (!(Number.isInteger(k) && k > 0)) throw new CajalError("argument", `TopK: k is ${k}, expected 1 or more`);
    this.units = units;
    this.k = k;
    this.values = new Float32Array(units * k).fill(Number.NEGATIVE_INFINITY);
    this.samples = new Int32Array(units * k).fill(noSample);
    this.positions = new Int32Array(units * k);
  }

  /** Takes the sample in if it is among the unit's top k so far. Values are compared as float32. */
  offer(unit: number, value: number, sample: number, position: number): void {
    const first = unit * this.k;
    const last = first + this.k - 1;
    // False for NaN too.
    if (!(value >= this.values[last])) return;
    const rounded = Math.fround(value);
    if (!this.isBefore(rounded, sample, last)) return;
    let place = last;
    for (; place > first && this.isBefore(rounded, sample, place - 1); place--) {
      this.values[place] = this.values[place - 1];
      this.samples[place] = this.samples[place - 1];
      this.positions[place] = this.positions[place - 1];
    }
    this.values[place] = rounded;
    this.samples[place] = sample;
    this.positions[place] = position;
  }

  /** Takes in the top samples of other, different samples. */
  merge(other: TopK): void {
    if (other.units !== this.units || other.k !== this.k) {
      throw new CajalError(
        "shape",
        `TopK: cannot merge the top ${other.k} of ${other.units} units into the top ${this.k} of ${this.units}`,
      );
    }
    for (let unit = 0; unit < this.units; unit++) {
      for (const { value, sample, position } of other.entries(unit)) this.offer(unit, value, sample, position);
    }
  }

  /** The unit's top samples, the most exciting first; fewer than k if fewer were offered. */
  entries(unit: number): TopEntry[] {
    const entries: TopEntry[] = [];
    for (let i = unit * this.k; i < (unit + 1) * this.k && this.samples[i] !== noSample; i++) {
      entries.push({ value: this.values[i], sample: this.samples[i], position: this.positions[i] });
    }
    return entries;
  }

  private isBefore(value: number, sample: number, place: number): boolean {
    return value > this.values[place] || (value === this.values[place] && sample < this.samples[place]);
  }
}

const noSample = 2 ** 31 - 1;
