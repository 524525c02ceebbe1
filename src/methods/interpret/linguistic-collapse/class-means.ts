/** @file The first pass: how many vectors each class has, and their mean. */

import { CajalError } from "../../../graph/index.ts";
import { fingerprint } from "./fingerprint.ts";

/** Vectors one after the other: [rows × width]. */
export type Rows = Float32Array | Float64Array;

/** What an accumulator has gathered: plain data, to be written down and read back. */
export interface MeanState {
  readonly width: number;
  /** N_c of all classes. */
  readonly counts: Float64Array;
  /** [classes × width] */
  readonly sums: Float64Array;
}

/** Means of the classes that are kept: those of so many vectors at least. */
export interface ClassMeans {
  readonly width: number;
  /** All classes that there could be. */
  readonly classes: number;
  /** The kept classes, in order. */
  readonly ids: Int32Array;
  /** N_c of the kept classes. */
  readonly counts: Float64Array;
  /** μ_c of the kept classes: [ids.length × width]. */
  readonly means: Float64Array;
  /** μ̄ = (1/C) Σ μ_c, every kept class counting alike: [width]. */
  readonly centre: Float64Array;
  /** Classes that were seen, but in fewer vectors. */
  readonly excluded: number;
  /** Of other means another one. */
  readonly hash: string;
}

/** Sums of each class, in float64. It can be written down and read back (`state`, `from`), and shards can be added up (`merge`). */
export class MeanAccumulator {
  private readonly width: number;
  private readonly counts: Float64Array;
  private readonly sums: Float64Array;

  constructor(classes: number, width: number) {
    if (![classes, width].every((size) => Number.isInteger(size) && size > 0))
      throw new CajalError("argument", `MeanAccumulator: ${classes} classes of vectors of ${width} numbers`);
    this.width = width;
    this.counts = new Float64Array(classes);
    this.sums = new Float64Array(classes * width);
  }

  static from({ width, counts, sums }: MeanState): MeanAccumulator {
    const accumulator = new MeanAccumulator(counts.length, width);
    accumulator.gather(counts, sums);
    return accumulator;
  }

  /** @param labels of each row; −1: the row does not count. @throws CajalError `shape`, `bad-labels`, `not-finite` */
  add(rows: Rows, labels: ArrayLike<number>): void {
    const { width, counts, sums } = this;
    checkRows(rows, labels, width, counts.length);
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i];
      if (label < 0) continue;
      counts[label]++;
      for (let k = 0, from = i * width, to = label * width; k < width; k++) sums[to + k] += rows[from + k];
    }
  }

  /** Adds what another one has seen of other data. @throws CajalError `shape` */
  merge(other: MeanAccumulator): void {
    if (other.width !== this.width || other.counts.length !== this.counts.length)
      throw new CajalError("shape", "MeanAccumulator: shards differ in classes or in the width of their vectors");
    this.gather(other.counts, other.sums);
  }

  state(): MeanState {
    return { width: this.width, counts: this.counts.slice(), sums: this.sums.slice() };
  }

  /**
   * @param minCount N_min: rarer classes are left out
   * @throws CajalError `bad-labels` with the counts, when fewer than two classes are left or most of them have a single vector; `not-finite`
   */
  means(minCount = 5): ClassMeans {
    const { width, counts, sums } = this;
    const seen = counts.reduce((n, count) => n + Number(count > 0), 0);
    const ids = Int32Array.from(counts.keys()).filter((id) => counts[id] >= Math.max(1, minCount));
    const kept = Float64Array.from(ids, (id) => counts[id]);
    checkClasses(kept, seen, counts, minCount);
    const means = new Float64Array(ids.length * width);
    const centre = new Float64Array(width);
    for (let c = 0; c < ids.length; c++)
      for (let k = 0; k < width; k++) {
        const mean = sums[ids[c] * width + k] / kept[c];
        means[c * width + k] = mean;
        centre[k] += mean / ids.length;
      }
    const wrong = means.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new CajalError(
        "not-finite",
        `element ${wrong % width} of a vector of class ${ids[Math.floor(wrong / width)]} is not finite`,
        {
          advice: "The model diverged in training, or overflows on these inputs.",
        },
      );
    return {
      width,
      classes: counts.length,
      ids,
      counts: kept,
      means,
      centre,
      excluded: seen - ids.length,
      hash: fingerprint([ids, kept, means]),
    };
  }

  private gather(counts: Float64Array, sums: Float64Array): void {
    for (let i = 0; i < counts.length; i++) this.counts[i] += counts[i];
    for (let i = 0; i < sums.length; i++) this.sums[i] += sums[i];
  }
}

/** @throws CajalError `shape`, `bad-labels` */
export function checkRows(rows: Rows, labels: ArrayLike<number>, width: number, classes: number): void {
  if (rows.length !== labels.length * width)
    throw new CajalError("shape", `${labels.length} labels for ${rows.length / width} vectors of ${width} numbers`);
  for (let i = 0; i < labels.length; i++)
    if (!(Number.isInteger(labels[i]) && labels[i] >= -1 && labels[i] < classes))
      throw new CajalError("bad-labels", `label ${labels[i]} is none of the classes 0 … ${classes - 1}`, {
        advice: "Labels count the model's outputs from 0; −1 leaves a position out.",
      });
}

/** Which of the kept classes each class is; −1: none. */
export function placesOf({ classes, ids }: ClassMeans): Int32Array {
  const places = new Int32Array(classes).fill(-1);
  for (const [place, id] of ids.entries()) places[id] = place;
  return places;
}

const moreText = "Take a smaller vocabulary, or more text.";

function checkClasses(kept: Float64Array, seen: number, counts: Float64Array, minCount: number): void {
  const total = counts.reduce((a, b) => a + b, 0);
  if (kept.length < 2) {
    const most = counts.reduce((a, b) => Math.max(a, b), 0);
    throw new CajalError(
      "bad-labels",
      `${kept.length} of ${seen} classes have ${minCount} vectors or more (${total} vectors in all, ${most} of the most frequent class)`,
      { advice: `At least two are needed. ${moreText}` },
    );
  }
  const single = kept.filter((count) => count === 1).length;
  if (single > kept.length / 2)
    throw new CajalError(
      "bad-labels",
      `${single} of ${kept.length} classes have one vector only (${total} vectors in all): their variance means nothing`,
      { advice: `Leave rare classes out (minCount). ${moreText}` },
    );
}
