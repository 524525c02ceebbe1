/** @file Eigenvectors of symmetric matrices, the largest eigenvalue first, without those that are only rounding. */

import { compile, Tensor, type Value } from "../../../graph/index.ts";
import { symmetricEigen } from "../../../graph/linear-algebra/index.ts";
import { type Matrix, reordered } from "../matrix.ts";

export interface Eigen {
  /** Descending. */
  readonly values: Float64Array;
  /** As columns [n × kept]. */
  readonly vectors: Matrix;
}

/**
 * In float64.
 * @param threshold eigenvalues up to this are dropped; where the largest exceeds 1, up to this times the largest, since rounding grows with it
 */
export async function largestFirst(matrix: Matrix, threshold: number): Promise<Eigen> {
  const decompose = compile((a: Value) => symmetricEigen(a));
  const { rows, data } = matrix;
  const { values, vectors } = await decompose(new Tensor("float64", [rows, rows], data));
  await decompose.release();
  const ascending = values.numbers();
  const least = threshold * Math.max(1, ascending[rows - 1] ?? 0);
  const order = Array.from(ascending.keys())
    .reverse()
    .filter((i) => ascending[i] > least);
  return {
    values: Float64Array.from(order, (i) => ascending[i]),
    vectors: reordered(
      { rows, columns: rows, data: vectors.numbers() },
      Array.from({ length: rows }, (_, i) => i),
      order,
    ),
  };
}
