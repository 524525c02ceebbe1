/** @file Ops that read elements at given indices: Gather, GatherElements, GatherND. */

import { type AttributeSpec, int, normaliseAxis, type OpDefinition, required, table } from "../op.ts";
import { type Shape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { checkElementShape, elementTargets, indexInput, normaliseIndex, slicesShape, sliceTargets } from "./indices.ts";
import { indexTypes } from "./known.ts";
import { pick, range } from "./reindex.ts";
import { linearJvp, zerosLike } from "./rules.ts";
import { placeRows, scatterAdd } from "./scatter-add.ts";
import { reshapeTo } from "./shape.ts";

const axisAttribute: Readonly<Record<string, AttributeSpec>> = { axis: { kind: "int", default: 0 } };

const gather: OpDefinition = {
  name: "Gather",
  attributes: axisAttribute,
  infer: (inputs, attributes) => {
    const { dtype, shape, rank } = required(inputs, 0);
    const axis = normaliseAxis(int(attributes, "axis"), rank);
    const indices = indexInput(inputs, () => shape[axis], indexTypes);
    return [{ dtype, shape: shape.toSpliced(axis, 1, ...indices.shape) }];
  },
  evaluate: ([data, indices], attributes, [type]) => {
    if (!data || !indices) return [];
    const axis = normaliseAxis(int(attributes, "axis"), data.shape.length);
    const size = data.shape[axis];
    const inner = sizeOf(data.shape.slice(axis + 1));
    const outer = sizeOf(data.shape.slice(0, axis));
    const result = new Float64Array(sizeOf(type.shape));
    let at = 0;
    for (let block = 0; block < outer; block++) {
      for (const index of indices.data) {
        const start = (block * size + normaliseIndex(index, size)) * inner;
        result.set(data.data.subarray(start, start + inner), at);
        at += inner;
      }
    }
    return [result];
  },
  derivative: {
    vjp: ({ inputs, attributes }, [cotangent]) => {
      const [data, indices] = [required(inputs, 0), required(inputs, 1)];
      if (!cotangent || sizeOf(cotangent.shape) === 0) return [];
      return [unGather(cotangent, data.shape, indices, normaliseAxis(int(attributes, "axis"), data.rank))];
    },
    jvp: linearJvp(() => [0]),
  },
};

const gatherElements: OpDefinition = {
  name: "GatherElements",
  attributes: axisAttribute,
  infer: (inputs, attributes) => {
    const data = required(inputs, 0);
    const axis = normaliseAxis(int(attributes, "axis"), data.rank);
    const indices = indexInput(inputs, () => data.shape[axis], indexTypes);
    checkElementShape(data, indices, axis);
    return [{ dtype: data.dtype, shape: indices.shape }];
  },
  evaluate: ([data, indices], attributes) => {
    if (!data || !indices) return [];
    return [pick(data, elementTargets(data.shape, indices, normaliseAxis(int(attributes, "axis"), data.shape.length)))];
  },
  derivative: {
    vjp: (call, [cotangent]) => {
      const [data, indices] = call.inputs;
      if (!cotangent || !data) return [];
      const attributes = { axis: int(call.attributes, "axis"), reduction: "add" };
      return [call.emit("ScatterElements", [zerosLike(call, data), indices, cotangent], attributes)];
    },
    jvp: linearJvp(() => [0]),
  },
};

const gatherND: OpDefinition = {
  name: "GatherND",
  attributes: { batch_dims: { kind: "int", default: 0 } },
  infer: (inputs, attributes) => {
    const data = required(inputs, 0);
    const batchDims = int(attributes, "batch_dims");
    const indices = required(inputs, 1);
    const shape = slicesShape(data, indices, batchDims);
    indexInput(inputs, (position) => data.shape[batchDims + (position % indices.shape[indices.rank - 1])]);
    return [{ dtype: data.dtype, shape }];
  },
  evaluate: ([data, indices], attributes, [type]) => {
    if (!data || !indices) return [];
    const { starts, length } = sliceTargets(data.shape, indices, int(attributes, "batch_dims"));
    const result = new Float64Array(sizeOf(type.shape));
    for (const [i, start] of starts.entries()) result.set(data.data.subarray(start, start + length), i * length);
    return [result];
  },
  derivative: {
    vjp: ({ inputs, attributes }, [cotangent]) => {
      const [data, indices] = [required(inputs, 0), required(inputs, 1)];
      if (!cotangent || sizeOf(cotangent.shape) === 0) return [];
      return [unGatherND(cotangent, data.shape, indices, int(attributes, "batch_dims"))];
    },
    jvp: linearJvp(() => [0]),
  },
};

/** Sums what was gathered along the axis back into an array of the shape. */
function unGather(gathered: Value, shape: Shape, indices: Value, axis: number): Value {
  const size = shape[axis];
  const count = sizeOf(indices.shape);
  const rows = reshapeTo(gathered, shape.with(axis, count));
  const placed =
    indices.constant &&
    placeRows(
      rows,
      axis,
      size,
      Array.from(indices.constant.numbers(), (index) => normaliseIndex(index, size)),
    );
  if (placed) return placed;
  const others = range(shape.length).filter((i) => i !== axis);
  const first = axis === 0 ? rows : rows.transpose([axis, ...others]);
  const updates = reshapeTo(first, [count, sizeOf(rows.shape) / count]);
  const sum = scatterAdd([size], reshapeTo(indices.cast("int64"), [count, 1]), updates);
  const front = reshapeTo(sum, [size, ...others.map((i) => shape[i])]);
  return axis === 0 ? front : front.transpose(range(shape.length).map((i) => (i === axis ? 0 : i < axis ? i + 1 : i)));
}

/** Sums slices back to where the index tuples, with their places in the batch before them, took them from. */
function unGatherND(gathered: Value, shape: Shape, indices: Value, batchDims: number): Value {
  const { tracer } = gathered;
  const outer = indices.shape.slice(0, -1);
  const count = sizeOf(outer);
  const places = range(batchDims).map((i) => {
    const along = outer.map((dim, k) => (k === i ? dim : 1));
    return tracer.constant(range(outer[i]), "int64", [...along, 1]).expand([...outer, 1]);
  });
  const whole = batchDims === 0 ? indices : tracer.emit("Concat", [...places, indices], { axis: -1 });
  const depth = whole.shape[whole.rank - 1];
  const updates = reshapeTo(gathered, [count, sizeOf(gathered.shape) / count]);
  return reshapeTo(scatterAdd(shape.slice(0, depth), reshapeTo(whole, [count, depth]), updates), shape);
}

export const gatherOps = table(gather, gatherElements, gatherND);
