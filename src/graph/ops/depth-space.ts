/** @file Channels to blocks of pixels and back: DepthToSpace and SpaceToDepth. */

import { stridedIndices, stridesOf } from "../broadcast.ts";
import {
  type AttributeSpec,
  type Attributes,
  type HostArray,
  int,
  type OpDefinition,
  required,
  table,
  text,
} from "../op.ts";
import type { Shape } from "../tensor.ts";
import type { Value } from "../value.ts";
import { linearJvp } from "./rules.ts";
import { reshapeTo } from "./shape.ts";

const blocksize: AttributeSpec = { kind: "int" };

/** [n, c·b·b, h, w] to [n, c, h·b, w·b]. */
const depthToSpace: OpDefinition = {
  name: "DepthToSpace",
  attributes: { blocksize, mode: { kind: "string", default: "DCR" } },
  infer: (inputs, attributes) => {
    const { dtype, shape } = image(required(inputs, 0));
    const [n, channels, h, w] = shape;
    const b = blockOf(attributes);
    modeOf(attributes);
    if (channels % (b * b) !== 0) throw new Error(`${channels} channels do not divide into blocks of ${b} × ${b}`);
    return [{ dtype, shape: [n, channels / (b * b), h * b, w * b] }];
  },
  evaluate: ([x], attributes) => {
    if (!x) return [];
    const [n, channels, h, w] = x.shape;
    const b = blockOf(attributes);
    const c = channels / (b * b);
    return modeOf(attributes) === "DCR"
      ? [permuted(x, [n, b, b, c, h, w], [0, 3, 4, 1, 5, 2])]
      : [permuted(x, [n, c, b, b, h, w], [0, 1, 4, 2, 5, 3])];
  },
  derivative: {
    vjp: (call, [cotangent]) => {
      if (!cotangent) return [];
      const { shape } = required(call.inputs, 0);
      const b = blockOf(call.attributes);
      const blocks = call.emit("SpaceToDepth", [cotangent], { blocksize: b });
      if (modeOf(call.attributes) === "DCR") return [blocks];
      const [n, channels, h, w] = shape;
      const split = reshapeTo(blocks, [n, b * b, channels / (b * b), h, w]);
      return [reshapeTo(split.transpose([0, 2, 1, 3, 4]), shape)];
    },
    jvp: linearJvp(() => [0]),
  },
};

/** [n, c, h·b, w·b] to [n, b·b·c, h, w]. */
const spaceToDepth: OpDefinition = {
  name: "SpaceToDepth",
  attributes: { blocksize },
  infer: (inputs, attributes) => {
    const { dtype, shape } = image(required(inputs, 0));
    const [n, c, height, width] = shape;
    const b = blockOf(attributes);
    if (height % b !== 0 || width % b !== 0)
      throw new Error(`${height} × ${width} pixels do not divide into blocks of ${b} × ${b}`);
    return [{ dtype, shape: [n, c * b * b, height / b, width / b] }];
  },
  evaluate: ([x], attributes) => {
    if (!x) return [];
    const [n, c, height, width] = x.shape;
    const b = blockOf(attributes);
    return [permuted(x, [n, c, height / b, b, width / b, b], [0, 3, 5, 1, 2, 4])];
  },
  derivative: {
    vjp: (call, [cotangent]) => [
      cotangent && call.emit("DepthToSpace", [cotangent], { blocksize: blockOf(call.attributes), mode: "DCR" }),
    ],
    jvp: linearJvp(() => [0]),
  },
};

function image(x: Value): Value {
  if (x.rank !== 4) throw new Error(`the input has rank ${x.rank}; it takes [batch, channels, height, width]`);
  return x;
}

function blockOf(attributes: Attributes): number {
  if (attributes.blocksize === undefined) throw new Error('attribute "blocksize" is missing');
  const b = int(attributes, "blocksize");
  if (!Number.isSafeInteger(b) || b < 1) throw new Error(`blocksize is ${b}; at least 1 is needed`);
  return b;
}

function modeOf(attributes: Attributes): "DCR" | "CRD" {
  const mode = text(attributes, "mode");
  if (mode !== "DCR" && mode !== "CRD") throw new Error(`mode "${mode}" is not DCR or CRD`);
  return mode;
}

/** The elements of x, seen as of another shape, with that one's axes in another order. */
function permuted(x: HostArray, shape: Shape, order: readonly number[]): Float64Array {
  const strides = stridesOf(shape);
  const indices = stridedIndices(
    order.map((axis) => shape[axis]),
    order.map((axis) => strides[axis]),
  );
  return Float64Array.from(indices, (at) => x.data[at]);
}

export const depthSpaceOps = table(depthToSpace, spaceToDepth);
