/** @file solve, inverse, determinant, logDeterminant: by LU decomposition with pivots. */

import { hostOp } from "../host.ts";
import { transposed } from "../ops/matrix-product.ts";
import type { Value } from "../value.ts";
import { checkRegular, decompose, type LU, pivotsOf, solveWith } from "./lu.ts";
import { alignedStacks, diagonal, eachMatrix, identity, squareStackOf } from "./matrices.ts";
import { systemType } from "./triangular.ts";

/**
 * X with A·X = B: A [..., n, n], B and X [..., n, k], or [n] both. Leading axes broadcast.
 * Runs in TypeScript, in float64, in about ⅔n³ steps. Derivatives of any order.
 * @throws CajalError `shape`; when run, `singular`, `not-finite`
 */
export function solve(a: Value, b: Value): Value {
  if (b.rank === 1) return solve(a, b.unsqueeze(1)).squeeze(-1);
  return emitSolve(alignedStacks(a, b))[0];
}

/** A⁻¹ [..., n, n]. Where it only multiplies something, `solve` is quicker and more exact. @throws CajalError as `solve` */
export function inverse(a: Value): Value {
  return solve(a, identity(a, a.shape[a.rank - 1] ?? 0));
}

/**
 * log |det A| and the sign of det A (−1, 0, 1), both [...], for A [..., n, n]: what overflows in `determinant` does not here.
 * Of a singular matrix, the logarithm is −∞, and its derivative throws `singular`.
 */
export function logDeterminant(a: Value): { logAbs: Value; sign: Value } {
  const [logAbs, sign] = emitDeterminant([a], {}, 2);
  return { logAbs, sign };
}

/** det A [...] for A [..., n, n]. Its derivative needs A⁻¹, so a singular matrix throws there. @throws CajalError `shape` */
export function determinant(a: Value): Value {
  const { logAbs, sign } = logDeterminant(a);
  return sign.mul(logAbs.exp());
}

const emitSolve = hostOp({
  name: "Solve",
  stacks: true,
  infer: ([a, b]) => [systemType(a, b)],
  run: ([a, b], _attributes, types) => {
    let known: { matrix: Float64Array; lu: LU } | undefined;
    return eachMatrix([a, b], types, (matrix, sides) => {
      if (sides.data.length === 0) return [[]];
      // Where one matrix meets many right sides, it is decomposed once.
      if (known === undefined || known.matrix.some((value, i) => value !== matrix.data[i])) {
        known = { matrix: matrix.data, lu: decompose(matrix) };
        checkRegular(known.lu);
      }
      return [solveWith(known.lu, sides)];
    });
  },
  derivative: {
    // B̄ = A⁻ᵀ·X̄, Ā = −B̄·Xᵀ
    vjp: ({ inputs: [a], outputs: [x] }, [cotangent]) => {
      if (!a || !cotangent) return [];
      const toB = solve(transposed(a), cotangent);
      return [toB.matmul(transposed(x)).neg(), toB];
    },
    // Ẋ = A⁻¹·(Ḃ − Ȧ·X)
    jvp: ({ inputs: [a], outputs: [x] }, [ta, tb]) => {
      const change = ta?.matmul(x).neg();
      const side = change && tb ? tb.add(change) : (change ?? tb);
      return [a && side && solve(a, side)];
    },
  },
});

const emitDeterminant = hostOp({
  name: "LogDeterminant",
  stacks: true,
  infer: ([a], _attributes, outputs) => {
    if (!a) throw new Error("takes a matrix");
    if (outputs !== 2) throw new Error("it has two outputs");
    const type = { dtype: a.dtype, shape: squareStackOf(a).stack };
    return [type, type];
  },
  run: ([a], _attributes, types) =>
    eachMatrix([a], types, (matrix) => {
      const lu = decompose(matrix);
      const pivots = pivotsOf(lu);
      const logAbs = pivots.reduce((sum, pivot) => sum + Math.log(Math.abs(pivot)), 0);
      return [[logAbs], [pivots.reduce((sign, pivot) => sign * Math.sign(pivot), lu.parity as number)]];
    }),
  derivative: {
    vjp: ({ inputs: [a] }, [cotangent]) => [
      a && cotangent && transposed(inverse(a)).mul(cotangent.unsqueeze([-2, -1])),
    ],
    jvp: ({ inputs: [a] }, [tangent]) => [a && tangent && diagonal(solve(a, tangent)).sum(-1)],
  },
});
