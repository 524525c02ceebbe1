/** @file Tensor: a concrete array on the host. */

import { allocate, type DType, fromNumbers, type TypedArray, toNumbers } from "./dtype.ts";
import { CajalError } from "./error.ts";

export type Shape = readonly number[];

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** What is known of an array without its elements. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
}

type Nested = number | readonly Nested[];

/** A dense array in row-major order. The data is not copied: whoever passes it in gives it up. */
export class Tensor implements ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: TypedArray;

  constructor(dtype: DType, shape: Shape, data: TypedArray) {
    if (data.length !== sizeOf(shape)) {
      throw new CajalError(
        "shape",
        `Tensor: ${data.length} elements do not fill shape ${formatShape(shape)} (${sizeOf(shape)} elements)`,
      );
    }
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
  }

  /** A tensor from numbers in row-major order, or from nested arrays when no shape is given. */
  static of(values: ArrayLike<number> | Nested, shape?: Shape, dtype: DType = "float32"): Tensor {
    if (shape !== undefined) return new Tensor(dtype, shape, fromNumbers(dtype, values as ArrayLike<number>));
    const dims: number[] = [];
    for (let level: Nested = values as Nested; typeof level !== "number"; level = level[0]) dims.push(level.length);
    const flat = (dims.length === 0 ? [values] : (values as readonly unknown[]).flat(dims.length - 1)) as number[];
    return new Tensor(dtype, dims, fromNumbers(dtype, flat));
  }

  static scalar(value: number, dtype: DType = "float32"): Tensor {
    return new Tensor(dtype, [], fromNumbers(dtype, [value]));
  }

  static zeros(shape: Shape, dtype: DType = "float32"): Tensor {
    return new Tensor(dtype, shape, allocate(dtype, sizeOf(shape)));
  }

  static full(shape: Shape, value: number, dtype: DType = "float32"): Tensor {
    const data = fromNumbers(dtype, [value]);
    const filled = allocate(dtype, sizeOf(shape)) as Float64Array;
    filled.fill(data[0] as number);
    return new Tensor(dtype, shape, filled);
  }

  get size(): number {
    return this.data.length;
  }

  /** The elements as float64 numbers (a copy). */
  numbers(): Float64Array {
    return toNumbers(this.dtype, this.data);
  }

  /** The only element, as a number. @throws CajalError `shape` when there is not exactly one. */
  item(): number {
    if (this.size !== 1)
      throw new CajalError("shape", `item: ${formatShape(this.shape)} has ${this.size} elements, not 1`);
    return this.numbers()[0];
  }

  toString(): string {
    return `${this.dtype}${formatShape(this.shape)}`;
  }
}
