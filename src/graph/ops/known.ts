/** @file Reads the inputs that ops want known while tracing: shapes, axes, starts, repeats. */

import type { DType } from "../dtype.ts";
import { known, normaliseAxis, required } from "../op.ts";
import type { Value } from "../value.ts";

type Inputs = readonly (Value | undefined)[];

/** The dtypes that ONNX takes for axes and indices in most ops; shapes are int64 only. */
export const indexTypes: readonly DType[] = ["int64", "int32"];

/** The input's type, checked: one of the dtypes, named in the error. */
export function integerInput(inputs: Inputs, index: number, name: string, dtypes: readonly DType[] = ["int64"]): Value {
  const input = required(inputs, index);
  if (!dtypes.includes(input.dtype)) throw new Error(`${name} is ${input.dtype}, not ${dtypes.join(" or ")}`);
  return input;
}

/** The elements of a list that must be there: rank 1, of integers. */
export function integers(inputs: Inputs, index: number, name: string, dtypes?: readonly DType[]): number[] {
  if (inputs[index] === undefined) throw new Error(`${name} (input ${index}) is missing`);
  const { rank } = integerInput(inputs, index, name, dtypes);
  if (rank !== 1) throw new Error(`${name} is a list, but has rank ${rank}`);
  return known(inputs, index) as number[];
}

/** The elements of a list that may be left out. */
export function optionalIntegers(
  inputs: Inputs,
  index: number,
  name: string,
  dtypes?: readonly DType[],
): number[] | undefined {
  return inputs[index] === undefined ? undefined : integers(inputs, index, name, dtypes);
}

/** The dims that a list gives for a result. */
export function dims(list: readonly number[], name: string): readonly number[] {
  const wrong = list.findIndex((dim) => dim < 0);
  if (wrong >= 0) throw new Error(`${name} has a negative dim, ${list[wrong]}`);
  return list;
}

/** The axes as 0 … rank−1, each once; all of them when none are given. */
export function distinctAxes(axes: readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const normal = axes.map((axis) => normaliseAxis(axis, rank));
  const seen = new Set<number>();
  for (const axis of normal) {
    if (seen.has(axis)) throw new Error(`axis ${axis} is given twice`);
    seen.add(axis);
  }
  return normal;
}
