/** @file Index inputs: which elements they name. Shared by the ops that gather and those that scatter. */

import { stridedIndices, stridesOf } from "../broadcast.ts";
import type { DType } from "../dtype.ts";
import type { HostArray } from "../op.ts";
import { formatShape, type Shape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { integerInput } from "./known.ts";

/** The index as 0 … size−1; negative ones count from the end. */
export function normaliseIndex(index: number, size: number): number {
  const normal = index < 0 ? index + size : index;
  if (normal < 0 || normal >= size) throw new Error(`index ${index} is outside an axis of ${size} elements`);
  return normal;
}

/** An index input, checked: its dtype and, where they are known while tracing, its elements. */
export function indexInput(
  inputs: readonly (Value | undefined)[],
  sizeAt: (position: number) => number,
  dtypes?: readonly DType[],
): Value {
  const indices = integerInput(inputs, 1, "indices", dtypes);
  const elements = indices.constant?.numbers();
  if (elements) for (const [position, index] of elements.entries()) normaliseIndex(index, sizeAt(position));
  return indices;
}

/** GatherElements and ScatterElements: for each index, the element of the data that it names. */
export function elementTargets(data: Shape, indices: HostArray, axis: number): Int32Array {
  const strides = stridesOf(data);
  const targets = stridedIndices(indices.shape, strides.with(axis, 0));
  return targets.map((at, i) => at + normaliseIndex(indices.data[i], data[axis]) * strides[axis]);
}

/** Checks that the indices of GatherElements or ScatterElements lie within the data on the other axes. */
export function checkElementShape(data: Value, indices: Value, axis: number): void {
  if (indices.rank !== data.rank) throw new Error(`indices have rank ${indices.rank}, the data ${data.rank}`);
  const wide = indices.shape.findIndex((dim, i) => i !== axis && dim > data.shape[i]);
  if (wide >= 0) {
    throw new Error(`axis ${wide} of the indices has ${indices.shape[wide]} elements, of the data ${data.shape[wide]}`);
  }
}

/** What the index tuples of GatherND and ScatterND name: slices of the data, by their first element. */
export interface SliceTargets {
  readonly starts: Int32Array;
  /** Elements per slice. */
  readonly length: number;
}

export function sliceTargets(data: Shape, indices: HostArray, batchDims: number): SliceTargets {
  const tuple = indices.shape[indices.shape.length - 1];
  const strides = stridesOf(data);
  const outer = indices.shape.slice(0, -1);
  const starts = stridedIndices(
    outer,
    outer.map((_, i) => (i < batchDims ? strides[i] : 0)),
  );
  for (const i of starts.keys()) {
    for (let k = 0; k < tuple; k++) {
      const axis = batchDims + k;
      starts[i] += normaliseIndex(indices.data[i * tuple + k], data[axis]) * strides[axis];
    }
  }
  return { starts, length: sizeOf(data.slice(batchDims + tuple)) };
}

/** The shape of the slices together: one per index tuple. */
export function slicesShape(data: Value, indices: Value, batchDims: number): Shape {
  if (data.rank === 0) throw new Error("the data is a scalar");
  if (indices.rank === 0) throw new Error("indices are a scalar, not tuples");
  const most = Math.min(data.rank, indices.rank) - 1;
  if (!Number.isInteger(batchDims) || batchDims < 0 || batchDims > most) {
    throw new Error(`batch_dims ${batchDims} is not in 0 … ${most}`);
  }
  for (let i = 0; i < batchDims; i++) {
    if (data.shape[i] !== indices.shape[i]) {
      throw new Error(
        `batch dims ${formatShape(data.shape.slice(0, batchDims))} and ${formatShape(indices.shape.slice(0, batchDims))} differ`,
      );
    }
  }
  const tuple = indices.shape[indices.rank - 1];
  if (tuple < 1 || tuple > data.rank - batchDims) {
    throw new Error(`index tuples have ${tuple} elements, the data ${data.rank - batchDims} axes for them`);
  }
  return [...indices.shape.slice(0, -1), ...data.shape.slice(batchDims + tuple)];
}
