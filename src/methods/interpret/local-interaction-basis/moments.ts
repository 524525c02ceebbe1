/** @file Means and covariances of the nodes' rows over all examples and positions, in float64, in two passes. */

import { type CompileOptions, compile, Tensor, type Value } from "../../../graph/index.ts";
import type { Matrix } from "../matrix.ts";
import { type Batches, countOf, eachOf, examplesIn, type Watched } from "./batches.ts";
import { activationsOf, type Chain, type Inputs } from "./chain.ts";
import { toRows } from "./rows.ts";

export interface Moments {
  /** Examples times positions. */
  readonly rows: number;
  /** μ [d] */
  readonly mean: Float64Array;
  /** G = E[(f − μ)ᵀ(f − μ)] [d × d], the constant's row and column left out: they are 0 but for a 1 where they cross. */
  readonly covariance: Matrix;
}

/** Of each node. @throws CajalError `not-finite` when an activation is NaN or infinite */
export async function momentsOf(
  chain: Chain,
  data: Batches,
  { signal, onProgress }: Watched = {},
  options: CompileOptions = {},
): Promise<{ readonly examples: number; readonly nodes: readonly Moments[] }> {
  const tensors = chain.nodes.map(({ tensor }) => tensor);
  const flat = (inputs: Inputs) => {
    const taps = activationsOf(chain.model, inputs, tensors);
    return chain.nodes.map(({ tensor, units }) => toRows(taps[tensor]).cast("float64").reshape([-1, units]));
  };
  const sum = compile((inputs: Inputs) => flat(inputs).map((rows) => rows.sum(0)), options);
  const squares = compile(
    (inputs: Inputs, means: readonly Value[]) =>
      flat(inputs).map((rows, i) => {
        const centred = rows.sub(means[i]);
        return centred.transpose().matmul(centred);
      }),
    options,
  );
  try {
    let examples = 0;
    const sums = chain.nodes.map(({ units }) => new Float64Array(units));
    for await (const batch of eachOf(data, signal)) {
      examples += examplesIn(batch);
      for (const [i, part] of (await sum(batch.inputs)).entries()) accumulate(sums[i], part.data as Float64Array);
    }
    const counts = chain.nodes.map(({ positions }) => examples * positions);
    const means = sums.map((total, i) => total.map((value) => value / counts[i]));
    const tensorsOfMeans = means.map((mean) => new Tensor("float64", [mean.length], mean));
    const totals = chain.nodes.map(({ units }) => new Float64Array(units * units));
    let done = 0;
    for await (const batch of eachOf(data, signal)) {
      const parts = await squares(batch.inputs, tensorsOfMeans);
      for (const [i, part] of parts.entries()) accumulate(totals[i], part.data as Float64Array);
      onProgress?.("activations", ++done, Math.max(done, countOf(data)));
    }
    const nodes = chain.nodes.map(({ units }, i) => ({
      rows: counts[i],
      mean: means[i],
      covariance: { rows: units, columns: units, data: totals[i].map((value) => value / counts[i]) },
    }));
    return { examples, nodes };
  } finally {
    await Promise.all([sum.release(), squares.release()]);
  }
}

export function accumulate(total: Float64Array, part: Float64Array): void {
  for (let i = 0; i < total.length; i++) total[i] += part[i];
}
