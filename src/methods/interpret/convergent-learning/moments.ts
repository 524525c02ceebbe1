/** @file Means and co-moments of samples that stream by: each batch is centred by its own mean and merged (Chan, Golub & LeVeque 1983). */

import { type Compiled, compile, Tensor, type Value } from "../../../graph/index.ts";
import { type Matrix, zeros } from "../matrix.ts";

interface BatchMoments {
  readonly means: readonly Value[];
  readonly within: readonly Value[];
  readonly between: readonly Value[];
}

/** Of several groups of units, and of pairs of these groups; float64 throughout. */
export class CoMoments {
  /** Samples so far. */
  n = 0;
  readonly means: readonly Float64Array[];
  /** Σ(x − μ)(x − μ)ᵀ of each group. */
  readonly within: readonly Matrix[];
  /** Σ(x − μ)(y − ν)ᵀ of each pair. */
  readonly between: readonly Matrix[];
  private readonly pairs: readonly (readonly [number, number])[];
  private readonly ofBatch: Compiled<[readonly Value[]], BatchMoments>;

  /** @param units of each group */
  constructor(units: readonly number[], pairs: readonly (readonly [number, number])[]) {
    this.means = units.map((count) => new Float64Array(count));
    this.within = units.map((count) => zeros(count, count));
    this.between = pairs.map(([i, j]) => zeros(units[i], units[j]));
    this.pairs = pairs;
    this.ofBatch = compile((groups: readonly Value[]): BatchMoments => {
      const means = groups.map((x) => x.mean([0]));
      const centred = groups.map((x, i) => x.sub(means[i]));
      const product = (i: number, j: number) => centred[i].transpose([1, 0]).matmul(centred[j]);
      return {
        means,
        within: centred.map((_, i) => product(i, i)),
        between: pairs.map(([i, j]) => product(i, j)),
      };
    });
  }

  /** @param groups of each group its samples [count, units], row by row */
  async add(groups: readonly Float64Array[], count: number): Promise<void> {
    if (count === 0) return;
    const batch = await this.ofBatch(groups.map((rows) => new Tensor("float64", [count, rows.length / count], rows)));
    // μ ← μ + δ·m/(n + m), M ← M + M′ + δδᵀ·nm/(n + m)
    const weight = (this.n * count) / (this.n + count);
    const steps = this.means.map((mean, i) => batch.means[i].numbers().map((value, u) => value - mean[u]));
    const merge = (into: Matrix, added: Tensor, left: Float64Array, right: Float64Array) => {
      const sums = added.numbers();
      for (let i = 0, at = 0; i < into.rows; i++)
        for (let j = 0; j < into.columns; j++, at++) into.data[at] += sums[at] + weight * left[i] * right[j];
    };
    for (const [i, matrix] of this.within.entries()) merge(matrix, batch.within[i], steps[i], steps[i]);
    for (const [p, [i, j]] of this.pairs.entries()) merge(this.between[p], batch.between[p], steps[i], steps[j]);
    for (const [i, mean] of this.means.entries())
      for (let u = 0; u < mean.length; u++) mean[u] += (steps[i][u] * count) / (this.n + count);
    this.n += count;
  }

  release(): Promise<void> {
    return this.ofBatch.release();
  }
}
