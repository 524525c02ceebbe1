/** @file solveTriangular: systems with a triangular matrix, by substitution. */

import { CajalError } from "../error.ts";
import { hostOp } from "../host.ts";
import { int } from "../op.ts";
import { transposed } from "../ops/matrix-product.ts";
import { formatShape } from "../tensor.ts";
import type { Value } from "../value.ts";
import { subtractRow } from "./lu.ts";
import { alignedStacks, eachMatrix, type HostMatrix, squareStackOf, stackOf } from "./matrices.ts";

export interface TriangularOptions {
  /** Which triangle is read; the other counts as zeros. Default true. */
  readonly lower?: boolean;
  /** Solves Tᵀ·X = B instead. Default false. */
  readonly transposed?: boolean;
}

/**
 * X [..., n, k] with T·X = B, where T is the lower (or upper) triangle of A [..., n, n], for B [..., n, k]. Leading axes broadcast.
 * Runs in TypeScript, in float64, in k·n² steps. Derivatives of any order.
 * @throws CajalError `shape`; when run, `singular` where the diagonal has a zero, `not-finite`
 */
export function solveTriangular(a: Value, b: Value, options: TriangularOptions = {}): Value {
  const { lower = true, transposed: flipped = false } = options;
  const [left, right] = alignedStacks(a, b);
  return emit([left, right], { lower: lower ? 1 : 0, transposed: flipped ? 1 : 0 })[0];
}

const emit = hostOp({
  name: "SolveTriangular",
  attributes: { lower: { kind: "int", default: 1 }, transposed: { kind: "int", default: 0 } },
  stacks: true,
  infer: ([a, b]) => [systemType(a, b)],
  run: ([a, b], attributes, types) =>
    eachMatrix([a, b], types, (matrix, sides) => [
      substitute(matrix, sides, int(attributes, "lower") !== 0, int(attributes, "transposed") !== 0),
    ]),
  derivative: {
    vjp: ({ inputs: [a], outputs: [x], attributes }, [cotangent]) => {
      if (!a || !cotangent) return [];
      const [lower, flipped] = [int(attributes, "lower") !== 0, int(attributes, "transposed") !== 0];
      const toB = solveTriangular(a, cotangent, { lower, transposed: !flipped });
      const outer = flipped ? x.matmul(transposed(toB)) : toB.matmul(transposed(x));
      return [triangle(outer, lower).neg(), toB];
    },
    jvp: ({ inputs: [a], outputs: [x], attributes }, [ta, tb]) => {
      if (!a) return [];
      const [lower, flipped] = [int(attributes, "lower") !== 0, int(attributes, "transposed") !== 0];
      const moved = ta && triangle(ta, lower);
      const change = moved && (flipped ? transposed(moved) : moved).matmul(x).neg();
      const side = change && tb ? tb.add(change) : (change ?? tb);
      return [side && solveTriangular(a, side, { lower, transposed: flipped })];
    },
  },
});

/** The type of X in A·X = B. @throws Error */
export function systemType(a: Value | undefined, b: Value | undefined): Value {
  if (!a || !b) throw new Error("takes a matrix and right sides");
  const { size, stack } = squareStackOf(a);
  const { rows } = stackOf(b);
  if (a.dtype !== b.dtype) throw new Error(`dtypes ${a.dtype} and ${b.dtype} differ`);
  if (rows !== size) throw new Error(`the matrix has ${size} rows, the right sides ${rows}`);
  if (formatShape(stack) !== formatShape(b.shape.slice(0, -2))) throw new Error("leading axes differ");
  return b;
}

/** The lower or upper triangle with the diagonal. */
export function triangle(x: Value, lower: boolean): Value {
  return x.op("Trilu", [], { upper: lower ? 0 : 1 });
}

/** Forward or back substitution, all right sides at once. @throws CajalError `singular` */
export function substitute(
  { rows: n, data: t }: HostMatrix,
  { columns: k, data: b }: HostMatrix,
  lower: boolean,
  flipped: boolean,
): Float64Array {
  const x = b.slice();
  const element = flipped ? (i: number, j: number) => t[j * n + i] : (i: number, j: number) => t[i * n + j];
  const downward = lower !== flipped;
  for (let step = 0; step < n; step++) {
    const i = downward ? step : n - 1 - step;
    const pivot = t[i * n + i];
    if (pivot === 0) throw new CajalError("singular", `the matrix is singular: element ${i} of its diagonal is 0`);
    const [from, to] = downward ? [0, i] : [i + 1, n];
    for (let j = from; j < to; j++) {
      const factor = element(i, j);
      if (factor !== 0) subtractRow(x, i * k, factor, x, j * k, 0, k);
    }
    for (let c = 0; c < k; c++) x[i * k + c] /= pivot;
  }
  return x;
}
