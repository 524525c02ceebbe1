/** @file symmetricEigen: A = V·diag(λ)·Vᵀ of symmetric matrices. */

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { hostOp } from "../host.ts";
import { transposed } from "../ops/matrix-product.ts";
import type { Value } from "../value.ts";
import {
  columnSigns,
  diagonal,
  eachMatrix,
  identity,
  inverseDifferences,
  squareStackOf,
  symmetricPart,
  symmetrised,
  timesDiagonal,
} from "./matrices.ts";

/**
 * Eigenvalues [..., n], ascending, and eigenvectors as the columns of [..., n, n], of symmetric A [..., n, n]; of another A, its
 * symmetric part counts. Of each vector, the largest element is positive.
 * Runs in TypeScript, in float64, in about 9n³ steps. Derivatives of any order (Giles 2008, §3.1).
 *
 * Eigenvectors of equal eigenvalues are not determined, nor is their derivative. Their terms are left out, so a gradient is finite, and it is
 * right for functions that do not depend on the choice. Derivatives of eigenvalues need no vectors' derivative, and are always finite.
 * @throws CajalError `shape`; when run, `not-finite`
 */
export function symmetricEigen(a: Value): { values: Value; vectors: Value } {
  const [values, vectors] = emit([a], {}, 2);
  return { values, vectors };
}

const emit = hostOp({
  name: "SymmetricEigen",
  stacks: true,
  infer: ([a], _attributes, outputs) => {
    if (!a) throw new Error("takes a matrix");
    if (outputs !== 2) throw new Error("it has two outputs");
    const { stack, size } = squareStackOf(a);
    return [{ dtype: a.dtype, shape: [...stack, size] }, a];
  },
  run: ([a], _attributes, types) =>
    eachMatrix([a], types, (matrix) => {
      const n = matrix.rows;
      if (n === 0) return [[], []];
      const symmetric = Matrix.from1DArray(n, n, Array.from(symmetricPart(matrix)));
      const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
      const vectors = Float64Array.from(eigenvectorMatrix.to1DArray());
      const signs = columnSigns({ rows: n, columns: n, data: vectors });
      return [realEigenvalues, vectors.map((value, i) => value * signs[i % n])];
    }),
  derivative: {
    // Ā = V·(diag(λ̄) + F∘(Vᵀ·V̄))·Vᵀ, symmetrised
    vjp: ({ outputs: [values, vectors] }, [toValues, toVectors]) => {
      const n = values.shape[values.rank - 1];
      const back = transposed(vectors);
      const fromVectors = toVectors && inverseDifferences(values).mul(back.matmul(toVectors));
      const fromValues = toValues && timesDiagonal(identity(values, n), toValues);
      const inner = fromValues && fromVectors ? fromValues.add(fromVectors) : (fromValues ?? fromVectors);
      return [inner && symmetrised(vectors.matmul(inner).matmul(back))];
    },
    // M = Vᵀ·Ȧ·V, λ̇ = diag(M), V̇ = V·(F∘M)
    jvp: ({ outputs: [values, vectors] }, [tangent]) => {
      if (!tangent) return [];
      const m = transposed(vectors).matmul(symmetrised(tangent)).matmul(vectors);
      return [diagonal(m), vectors.matmul(inverseDifferences(values).mul(m))];
    },
  },
});
