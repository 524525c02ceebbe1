/** @file svd: A = U·diag(s)·Vᵀ. */

import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { hostOp } from "../host.ts";
import type { Call } from "../op.ts";
import { transposed } from "../ops/matrix-product.ts";
import { sumOf } from "../ops/rules.ts";
import type { Value } from "../value.ts";
import {
  columnSigns,
  diagonal,
  diagonalTimes,
  eachMatrix,
  guardedReciprocal,
  identity,
  inverseDifferences,
  stackOf,
  timesDiagonal,
} from "./matrices.ts";

/**
 * The reduced singular value decomposition of A [..., m, n], with k = min(m, n): `u` [..., m, k] and `v` [..., n, k] with orthonormal columns,
 * `s` [..., k] descending; A = u·diag(s)·vᵀ. Of each column of u, the largest element is positive.
 * Runs in TypeScript, in float64, in about 20·m·n·k steps. Derivatives of any order (Giles 2008, Townsend 2016).
 *
 * Vectors of equal singular values, or of zeros, are not determined, nor is their derivative. Their terms are left out, so a gradient is
 * finite, and it is right for functions that do not depend on the choice. Derivatives of singular values are always finite.
 * @throws CajalError `shape`; when run, `not-finite`
 */
export function svd(a: Value): { u: Value; s: Value; v: Value } {
  const [u, s, v] = emit([a], {}, 3);
  return { u, s, v };
}

const emit = hostOp({
  name: "SVD",
  stacks: true,
  infer: ([a], _attributes, outputs) => {
    if (!a) throw new Error("takes a matrix");
    if (outputs !== 3) throw new Error("it has three outputs");
    const { stack, rows, columns } = stackOf(a);
    const k = Math.min(rows, columns);
    return [[rows, k], [k], [columns, k]].map((dims) => ({ dtype: a.dtype, shape: [...stack, ...dims] }));
  },
  run: ([a], _attributes, types) =>
    eachMatrix([a], types, ({ rows, columns, data }) => {
      const k = Math.min(rows, columns);
      if (k === 0) return [[], [], []];
      const matrix = Matrix.from1DArray(rows, columns, Array.from(data));
      const found = new SingularValueDecomposition(matrix, { autoTranspose: true });
      const [u, v] = [found.leftSingularVectors, found.rightSingularVectors].map((vectors) =>
        Float64Array.from(vectors.subMatrix(0, vectors.rows - 1, 0, k - 1).to1DArray()),
      );
      const signs = columnSigns({ rows, columns: k, data: u });
      const signed = (vectors: Float64Array) => vectors.map((value, i) => value * signs[i % k]);
      return [signed(u), found.diagonal, signed(v)];
    }),
  derivative: { vjp: pullBack, jvp: pushForward },
});

/** Fᵢⱼ = 1/(sⱼ² − sᵢ²), and 1/s, both 0 where they are not determined. */
function factors(s: Value) {
  return { f: inverseDifferences(s.square()), reciprocal: guardedReciprocal(s, s.max(-1, true)) };
}

/** X − W·Wᵀ·X: what of X is outside the span of the orthonormal columns of W. */
const outside = (w: Value, x: Value): Value => x.sub(w.matmul(transposed(w).matmul(x)));

const antisymmetric = (x: Value): Value => x.sub(transposed(x));

type Optional = Value | undefined;

/**
 * Ā = U·(J·S + S·K + diag(s̄))·Vᵀ + (I − UUᵀ)·Ū·S⁻¹·Vᵀ + U·S⁻¹·V̄ᵀ·(I − VVᵀ),
 * with J = F∘(Uᵀ·Ū − Ūᵀ·U), K = F∘(Vᵀ·V̄ − V̄ᵀ·V)
 */
function pullBack({ outputs: [u, s, v] }: Call, [toU, toS, toV]: readonly Optional[]): Optional[] {
  const { f, reciprocal } = factors(s);
  const inner: Value[] = [];
  const outer: Value[] = [];
  if (toS) inner.push(timesDiagonal(identity(s, s.shape[s.rank - 1]), toS));
  if (toU) {
    inner.push(timesDiagonal(f.mul(antisymmetric(transposed(u).matmul(toU))), s));
    outer.push(timesDiagonal(outside(u, toU), reciprocal).matmul(transposed(v)));
  }
  if (toV) {
    inner.push(diagonalTimes(s, f.mul(antisymmetric(transposed(v).matmul(toV)))));
    outer.push(u.matmul(transposed(timesDiagonal(outside(v, toV), reciprocal))));
  }
  const middle = sumOf(inner);
  return [sumOf([...(middle ? [u.matmul(middle).matmul(transposed(v))] : []), ...outer])];
}

/**
 * P = Uᵀ·Ȧ·V: ṡ = diag(P), U̇ = U·(F∘(P·S + S·Pᵀ)) + (I − UUᵀ)·Ȧ·V·S⁻¹, V̇ = V·(F∘(S·P + Pᵀ·S)) + (I − VVᵀ)·Ȧᵀ·U·S⁻¹
 */
function pushForward({ outputs: [u, s, v] }: Call, [tangent]: readonly Optional[]): Optional[] {
  if (!tangent) return [];
  const { f, reciprocal } = factors(s);
  const p = transposed(u).matmul(tangent).matmul(v);
  const q = transposed(p);
  const [ps, sp] = [timesDiagonal(p, s), diagonalTimes(s, p)];
  const [qs, sq] = [timesDiagonal(q, s), diagonalTimes(s, q)];
  return [
    u.matmul(f.mul(ps.add(sq))).add(timesDiagonal(outside(u, tangent.matmul(v)), reciprocal)),
    diagonal(p),
    v.matmul(f.mul(sp.add(qs))).add(timesDiagonal(outside(v, transposed(tangent).matmul(u)), reciprocal)),
  ];
}
