/** @file cholesky: A = L·Lᵀ of symmetric, positive definite matrices. */

import { CajalError } from "../error.ts";
import { hostOp } from "../host.ts";
import { transposed } from "../ops/matrix-product.ts";
import type { Value } from "../value.ts";
import { eachMatrix, identity, squareStackOf, symmetricPart, symmetrised } from "./matrices.ts";
import { solveTriangular, triangle } from "./triangular.ts";

/**
 * The lower triangular L [..., n, n] with L·Lᵀ = A, for symmetric, positive definite A [..., n, n]; of another A, its symmetric part counts.
 * Runs in TypeScript, in float64, in n³/3 steps. Derivatives of any order (Murray 2016, arXiv:1602.07527).
 * @throws CajalError `shape`; when run, `not-positive-definite` (naming the first leading minor that is not), `not-finite`
 */
export function cholesky(a: Value): Value {
  return emit([a])[0];
}

const emit = hostOp({
  name: "Cholesky",
  stacks: true,
  infer: ([a]) => {
    if (!a) throw new Error("takes a matrix");
    squareStackOf(a);
    return [a];
  },
  run: ([a], _attributes, types) => eachMatrix([a], types, (matrix) => [factor(symmetricPart(matrix), matrix.rows)]),
  derivative: {
    // S = L⁻ᵀ·Φ(Lᵀ·L̄)·L⁻¹, and Ā its symmetric part
    vjp: ({ outputs: [l] }, [cotangent]) => {
      if (!cotangent) return [];
      const p = halved(transposed(l).matmul(cotangent));
      const left = solveTriangular(l, p, { transposed: true });
      return [symmetrised(transposed(solveTriangular(l, transposed(left), { transposed: true })))];
    },
    // L̇ = L·Φ(L⁻¹·Ȧ·L⁻ᵀ)
    jvp: ({ outputs: [l] }, [tangent]) => {
      if (!tangent) return [];
      const left = solveTriangular(l, symmetrised(tangent));
      return [l.matmul(halved(solveTriangular(l, transposed(left))))];
    },
  },
});

/** Φ: the lower triangle with half the diagonal. */
function halved(x: Value): Value {
  const lower = triangle(x, true);
  return lower.mul(
    identity(x, x.shape[x.rank - 1])
      .mul(-0.5)
      .add(1),
  );
}

/** @throws CajalError `not-positive-definite` */
function factor(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j];
      for (let k = 0; k < j; k++) rest -= l[i * n + k] * l[j * n + k];
      if (i > j) l[i * n + j] = rest / l[j * n + j];
      else if (rest > 0) l[i * n + i] = Math.sqrt(rest);
      else {
        throw new CajalError(
          "not-positive-definite",
          `the matrix is not positive definite: leading minor ${i + 1} of ${n} is not (pivot ${rest.toPrecision(3)})`,
          { advice: "A small multiple of the identity added to a covariance often helps." },
        );
      }
    }
  }
  return l;
}
