/** @file What the ops of this folder share: stacks of matrices [..., rows, columns], one after the other, in float64. */

import { broadcastShapes, expandTo } from "../broadcast.ts";
import { isFloat } from "../dtype.ts";
import { CajalError } from "../error.ts";
import { transposed } from "../ops/matrix-product.ts";
import { type Shape, sizeOf, Tensor, type ValueType } from "../tensor.ts";
import type { Value } from "../value.ts";

/** One matrix in row-major order. */
export interface HostMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** A stack's shape, checked: floats with two axes at least. @throws Error */
export function stackOf({ dtype, shape }: ValueType): { stack: Shape; rows: number; columns: number } {
  if (!isFloat(dtype)) throw new Error(`elements are ${dtype}, not floats`);
  if (shape.length < 2) throw new Error("a matrix has two axes");
  const [rows, columns] = shape.slice(-2);
  return { stack: shape.slice(0, -2), rows, columns };
}

/** The same of square matrices. @throws Error */
export function squareStackOf(type: ValueType): { stack: Shape; size: number } {
  const { stack, rows, columns } = stackOf(type);
  if (rows !== columns) throw new Error(`the matrix is not square: ${rows} rows, ${columns} columns`);
  return { stack, size: rows };
}

/**
 * Runs `f` on the matrices that stand at the same place in all inputs.
 * @param f the results of one place, one array for each of `types`
 * @throws CajalError `not-finite` when an element is NaN or infinite
 */
export function eachMatrix(
  inputs: readonly (Tensor | undefined)[],
  types: readonly ValueType[],
  f: (...matrices: HostMatrix[]) => readonly ArrayLike<number>[],
): Tensor[] {
  const stacks = inputs.flatMap((input) => (input ? [{ ...stackOf(input), data: input.numbers() }] : []));
  const count = sizeOf(stacks[0].stack);
  const results = types.map(({ shape }) => new Float64Array(sizeOf(shape)));
  for (let i = 0; i < count; i++) {
    const matrices = stacks.map(({ rows, columns, data }) => ({
      rows,
      columns,
      data: data.subarray(i * rows * columns, (i + 1) * rows * columns),
    }));
    for (const { data } of matrices) {
      if (!data.every(Number.isFinite)) {
        throw new CajalError("not-finite", `matrix ${i} has an element that is NaN or infinite`);
      }
    }
    for (const [k, result] of f(...matrices).entries()) results[k].set(result, (i * results[k].length) / count);
  }
  return types.map(({ shape, dtype }, k) => Tensor.of(results[k], shape, dtype));
}

/** ½(A + Aᵀ). */
export function symmetricPart({ rows: n, data }: HostMatrix): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[i * n + j] = (data[i * n + j] + data[j * n + i]) / 2;
  return result;
}

/** ½(X + Xᵀ) in the graph. */
export function symmetrised(x: Value): Value {
  return x.add(transposed(x)).mul(0.5);
}

/** Two stacks with their leading axes broadcast to each other. */
export function alignedStacks(a: Value, b: Value): [Value, Value] {
  if (a.rank < 2 || b.rank < 2) return [a, b];
  const stack = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [expandTo(a, [...stack, ...a.shape.slice(-2)]), expandTo(b, [...stack, ...b.shape.slice(-2)])];
}

/** The identity matrix [size, size]. */
export function identity(like: Value, size: number): Value {
  const { tracer, dtype } = like;
  return tracer.emit("EyeLike", [tracer.constant(0, "float32", [size, size])]).cast(dtype);
}

/** The diagonals [..., n] of square matrices. */
export function diagonal(x: Value): Value {
  return x.mul(identity(x, x.shape[x.rank - 1])).sum(-1);
}

/** X·diag(d), and diag(d)·X, for d [..., n]. */
export const timesDiagonal = (x: Value, d: Value): Value => x.mul(d.unsqueeze(-2));
export const diagonalTimes = (d: Value, x: Value): Value => x.mul(d.unsqueeze(-1));

/** Differences below this part of the largest number are rounding, as the dtype goes. */
const roundingOf = ({ dtype }: Value): number =>
  dtype === "float64" ? 2 ** -50 : dtype === "float32" ? 2 ** -21 : 2 ** -8;

/** 1/x, and 0 where x is no more than rounding beside `scale`. */
export function guardedReciprocal(x: Value, scale: Value): Value {
  const tiny = x.abs().op("LessOrEqual", [scale.mul(roundingOf(x))]);
  return tiny.where(x.tracer.lift(0, x.dtype), tiny.where(x.tracer.lift(1, x.dtype), x).reciprocal());
}

/** Fᵢⱼ = 1/(dⱼ − dᵢ) for d [..., n], and 0 where the two are equal up to rounding. */
export function inverseDifferences(d: Value): Value {
  return guardedReciprocal(d.unsqueeze(-2).sub(d.unsqueeze(-1)), d.abs().max(-1, true).unsqueeze(-1));
}

/** The signs that make the largest element of each column positive: vectors are then the same on every machine. */
export function columnSigns({ rows, columns, data }: HostMatrix): number[] {
  return Array.from({ length: columns }, (_, j) => {
    let largest = 0;
    // A tie up to rounding goes to the first.
    for (let i = 0; i < rows; i++) {
      const value = data[i * columns + j];
      if (Math.abs(value) > Math.abs(largest) * (1 + 1e-9)) largest = value;
    }
    return largest < 0 ? -1 : 1;
  });
}
