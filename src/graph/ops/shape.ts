/** @file Ops that keep the elements in their order and change the shape, and ops that read the shape. */

import { broadcastIndices, broadcastShapes, unbroadcast } from "../broadcast.ts";
import {
  type AttributeSpec,
  type Attributes,
  type Derivative,
  int,
  normaliseAxis,
  type OpDefinition,
  required,
  table,
} from "../op.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { dims, distinctAxes, integers, optionalIntegers } from "./known.ts";
import { pick } from "./reindex.ts";
import { linearJvp } from "./rules.ts";

type Inputs = readonly (Value | undefined)[];

/** The value in another shape of as many elements; unlike `Value.reshape`, a dim of 0 means 0. */
export function reshapeTo(value: Value, shape: Shape): Value {
  if (sameShape(value.shape, shape)) return value;
  const target = value.tracer.constant(shape, "int64");
  return value.tracer.emit("Reshape", [value, target], { allowzero: shape.includes(0) ? 1 : 0 });
}

const reshaping: Derivative = {
  vjp: ({ inputs }, [cotangent]) => [cotangent && reshapeTo(cotangent, required(inputs, 0).shape)],
  jvp: linearJvp(() => [0]),
};

interface ReshapeOptions {
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
  /** Whether the op has a second input, known while tracing. */
  readonly list?: boolean;
}

/** An op whose result has the elements of its first input, in order. */
function reshaped(
  name: string,
  shape: (x: Value, inputs: Inputs, attributes: Attributes) => Shape,
  options: ReshapeOptions = {},
): OpDefinition {
  return {
    name,
    ...(options.attributes && { attributes: options.attributes }),
    ...(options.list && { staticInputs: [1] }),
    infer: (inputs, attributes) => {
      const x = required(inputs, 0);
      return [{ dtype: x.dtype, shape: shape(x, inputs, attributes) }];
    },
    evaluate: ([x]) => [(x?.data ?? new Float64Array()).slice()],
    derivative: reshaping,
  };
}

function reshapeShape(x: Value, inputs: Inputs, attributes: Attributes): Shape {
  const wanted = integers(inputs, 1, "shape");
  const copiesZero = int(attributes, "allowzero") === 0;
  const rest = wanted.indexOf(-1);
  if (rest >= 0 && wanted.indexOf(-1, rest + 1) >= 0) throw new Error(`shape ${formatShape(wanted)} has −1 twice`);
  if (rest >= 0 && !copiesZero && wanted.includes(0)) {
    throw new Error(`shape ${formatShape(wanted)} has both 0 and −1, which allowzero = 1 forbids`);
  }
  const shape = wanted.map((dim, i) => {
    if (dim !== 0 || !copiesZero) return dim;
    if (i >= x.rank) throw new Error(`dim ${i} of the shape is 0 (keep), but the input has rank ${x.rank}`);
    return x.shape[i];
  });
  const size = sizeOf(x.shape);
  if (rest >= 0) {
    const others = sizeOf(dims(shape.toSpliced(rest, 1), "shape"));
    // With nothing to share out any dim would do; the runtime takes 0.
    shape[rest] = others === 0 ? 0 : size / others;
    if (size % others !== 0) throw new Error(`${size} elements do not fill shape ${formatShape(wanted)}`);
  }
  if (sizeOf(dims(shape, "shape")) !== size) {
    throw new Error(`${size} elements do not fill shape ${formatShape(shape)}`);
  }
  return shape;
}

function squeezeShape(x: Value, inputs: Inputs): Shape {
  const given = optionalIntegers(inputs, 1, "axes");
  if (given === undefined) return x.shape.filter((dim) => dim !== 1);
  if (given.length === 0) throw new Error("axes is empty: the standard drops nothing then, ONNX Runtime every 1");
  const axes = new Set(distinctAxes(given, x.rank));
  for (const axis of axes) {
    if (x.shape[axis] !== 1) throw new Error(`axis ${axis} has ${x.shape[axis]} elements, so it cannot be dropped`);
  }
  return x.shape.filter((_, i) => !axes.has(i));
}

function unsqueezeShape(x: Value, inputs: Inputs): Shape {
  const given = integers(inputs, 1, "axes");
  const axes = new Set(distinctAxes(given, x.rank + given.length));
  let next = 0;
  return Array.from({ length: x.rank + given.length }, (_, i) => (axes.has(i) ? 1 : x.shape[next++]));
}

function flattenShape(x: Value, _inputs: Inputs, attributes: Attributes): Shape {
  const axis = int(attributes, "axis");
  // The one axis that may also be the rank itself.
  const at = axis === x.rank ? axis : normaliseAxis(axis, x.rank);
  return [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))];
}

const expand: OpDefinition = {
  name: "Expand",
  staticInputs: [1],
  infer: (inputs) => {
    const x = required(inputs, 0);
    return [{ dtype: x.dtype, shape: broadcastShapes(x.shape, dims(integers(inputs, 1, "shape"), "shape")) }];
  },
  evaluate: ([x], _attributes, [type]) => (x ? [pick(x, broadcastIndices(x.shape, type.shape))] : []),
  derivative: {
    vjp: (call, [cotangent]) => [cotangent && unbroadcast(call, cotangent, required(call.inputs, 0).shape)],
    jvp: linearJvp(() => [0]),
  },
};

/** The dims from `start` to `end` of a shape, negative ones counted from the end, both cut to the rank. */
function shapeRange(rank: number, attributes: Attributes): [start: number, end: number] {
  const clamp = (at: number) => Math.min(rank, Math.max(0, at < 0 ? at + rank : at));
  const start = clamp(int(attributes, "start"));
  return [start, Math.max(start, clamp(attributes.end === undefined ? rank : int(attributes, "end")))];
}

const shapeOp: OpDefinition = {
  name: "Shape",
  attributes: { start: { kind: "int", default: 0 }, end: { kind: "int" } },
  infer: (inputs, attributes) => {
    const [start, end] = shapeRange(required(inputs, 0).rank, attributes);
    return [{ dtype: "int64", shape: [end - start] }];
  },
  evaluate: ([x], attributes) => {
    const shape = x?.shape ?? [];
    return [Float64Array.from(shape.slice(...shapeRange(shape.length, attributes)))];
  },
  derivative: "zero",
};

const size: OpDefinition = {
  name: "Size",
  infer: (inputs) => [{ dtype: "int64", shape: required(inputs, 0).shape.slice(0, 0) }],
  evaluate: ([x]) => [Float64Array.of(sizeOf(x?.shape ?? []))],
  derivative: "zero",
};

export const shapeOps = table(
  reshaped("Reshape", reshapeShape, { list: true, attributes: { allowzero: { kind: "int", default: 0 } } }),
  reshaped("Squeeze", squeezeShape, { list: true }),
  reshaped("Unsqueeze", unsqueezeShape, { list: true }),
  reshaped("Flatten", flattenShape, { attributes: { axis: { kind: "int", default: 1 } } }),
  expand,
  shapeOp,
  size,
);
