/** @file The second pass: how far the vectors of a class are from its mean. */

import { CajalError } from "../../../graph/index.ts";
import { type ClassMeans, checkRows, placesOf, type Rows } from "./class-means.ts";

export interface VarianceState {
  /** Of the means that distances were taken from. */
  readonly hash: string;
  /** Of the kept classes: vectors, Σ ‖h − μ_c‖², and Σ (h − μ_c) [classes × width]. */
  readonly counts: Float64Array;
  readonly squares: Float64Array;
  readonly residuals: Float64Array;
}

/** A mean that is so far off is one of other vectors: in standard deviations of its class, and as a share of its length (rounding). */
const residualLimit = { deviations: 1e-4, length: 1e-10 };

/** Squared distances from the final means, in float64. Resumable and mergeable, with the same means only. */
export class VarianceAccumulator {
  private readonly means: ClassMeans;
  private readonly places: Int32Array;
  private readonly counts: Float64Array;
  private readonly squares: Float64Array;
  private readonly residuals: Float64Array;

  constructor(means: ClassMeans) {
    this.means = means;
    this.places = placesOf(means);
    this.counts = new Float64Array(means.ids.length);
    this.squares = new Float64Array(means.ids.length);
    this.residuals = new Float64Array(means.means.length);
  }

  /** @throws CajalError `argument` when the state belongs to other means */
  static from(means: ClassMeans, state: VarianceState): VarianceAccumulator {
    const accumulator = new VarianceAccumulator(means);
    accumulator.gather(state);
    return accumulator;
  }

  /** @param labels of each row; −1: the row does not count. @throws CajalError `shape`, `bad-labels` */
  add(rows: Rows, labels: ArrayLike<number>): void {
    const { means, places, counts, squares, residuals } = this;
    const { width } = means;
    checkRows(rows, labels, width, means.classes);
    for (let i = 0; i < labels.length; i++) {
      const c = labels[i] < 0 ? -1 : places[labels[i]];
      if (c < 0) continue;
      counts[c]++;
      let sum = 0;
      for (let k = 0, from = i * width, at = c * width; k < width; k++) {
        const difference = rows[from + k] - means.means[at + k];
        residuals[at + k] += difference;
        sum += difference * difference;
      }
      squares[c] += sum;
    }
  }

  /** Adds what another one has seen of other data. @throws CajalError `argument` when it has other means */
  merge(other: VarianceAccumulator): void {
    this.gather(other.state());
  }

  state(): VarianceState {
    const { means, counts, squares, residuals } = this;
    return { hash: means.hash, counts: counts.slice(), squares: squares.slice(), residuals: residuals.slice() };
  }

  /**
   * σ_c² = (1/N_c) Σ ‖h − μ_c‖² of the kept classes.
   * @throws CajalError `argument` when the vectors are not those that the means are of
   */
  variances(): Float64Array {
    const { means, counts, squares, residuals } = this;
    const { width, ids } = means;
    for (let c = 0; c < ids.length; c++) {
      if (counts[c] !== means.counts[c])
        throw otherVectors(
          `class ${ids[c]} has ${counts[c]} vectors, and had ${means.counts[c]} when its mean was taken`,
        );
      let [off, length] = [0, 0];
      for (let k = c * width; k < (c + 1) * width; k++) {
        off += (residuals[k] / counts[c]) ** 2;
        length += means.means[k] ** 2;
      }
      const variance = squares[c] / counts[c];
      if (off > residualLimit.deviations ** 2 * variance + residualLimit.length ** 2 * length)
        throw otherVectors(`the mean of class ${ids[c]} is not that of its vectors`);
    }
    return squares.map((sum, c) => sum / counts[c]);
  }

  private gather(state: VarianceState): void {
    if (state.hash !== this.means.hash)
      throw otherVectors(`variances of the means ${state.hash} do not belong to the means ${this.means.hash}`);
    for (let i = 0; i < state.counts.length; i++) {
      this.counts[i] += state.counts[i];
      this.squares[i] += state.squares[i];
    }
    for (let i = 0; i < state.residuals.length; i++) this.residuals[i] += state.residuals[i];
  }
}

function otherVectors(what: string): CajalError {
  return new CajalError("argument", what, {
    advice: "Means and variances must come from the same model and the same data: begin again with the means.",
  });
}
