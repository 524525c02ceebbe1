/** @file Convolutions over one to three spatial axes: Conv, and ConvTranspose, its transpose in x. */

import { isFloat } from "../dtype.ts";
import { type Attributes, type Call, type HostArray, int, ints, type OpDefinition, required, table } from "../op.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { type Convolution, convolve, convolveTransposed, correlate } from "./convolve.ts";
import { multilinearJvp, sumOf } from "./rules.ts";
import { reshapeTo } from "./shape.ts";
import { transposedWindow } from "./transposed-window.ts";
import { autoPadOf, slidingWindow, spatialDims, taps, windowAttributes } from "./window.ts";

type Inputs = readonly (Value | undefined)[];
type Shaped = { readonly shape: Shape };

const group = { kind: "int", default: 1 } as const;

/** x [n, c, …] * w [m, c / groups, taps…] + bias [m]. */
const conv: OpDefinition = {
  name: "Conv",
  attributes: { ...windowAttributes, group },
  infer: (inputs, attributes) => {
    const [x, w] = checked(inputs, attributes);
    return [{ dtype: x.dtype, shape: convShape(x, w, inputs[2], attributes) }];
  },
  evaluate: ([x, w, bias], attributes, [{ shape }]) => {
    if (!x || !w) return [];
    const y = biasEverywhere(bias, shape);
    eachWeight(forward(x, w, attributes), x.shape[0], w, (weight, xAt, yAt, reads) => {
      for (let o = 0; o < reads.length; o++) if (reads[o] >= 0) y[yAt + o] += weight * x.data[xAt + reads[o]];
    });
    return [y];
  },
  derivative: {
    vjp: (call, [cotangent]) => {
      if (!cotangent) return [];
      const [x, w] = [required(call.inputs, 0), required(call.inputs, 1)];
      const convolution = forward(x, w, call.attributes);
      const dx = convolveTransposed(call, cotangent, w, convolution);
      return [dx, correlate(call, x, cotangent, convolution), biasCotangent(call, cotangent)];
    },
    jvp: withBias,
  },
};

/** The transpose in x: x [n, c, …] and w [c, m / groups, taps…] to [n, m, …], plus bias [m]. */
const convTranspose: OpDefinition = {
  name: "ConvTranspose",
  attributes: { ...windowAttributes, group, output_padding: { kind: "ints" }, output_shape: { kind: "ints" } },
  infer: (inputs, attributes) => {
    const [x, w] = checked(inputs, attributes);
    const groups = int(attributes, "group");
    if (x.shape[1] !== w.shape[0])
      throw new Error(`the input has ${x.shape[1]} channels, the weights read ${w.shape[0]}`);
    if (x.shape[1] % groups !== 0) throw new Error(`${x.shape[1]} channels do not divide into ${groups} groups`);
    const channels = w.shape[1] * groups;
    checkBias(inputs[2], channels);
    return [{ dtype: x.dtype, shape: [x.shape[0], channels, ...backward(x, w, attributes).window.input] }];
  },
  evaluate: ([x, w, bias], attributes, [{ shape }]) => {
    if (!x || !w) return [];
    const y = biasEverywhere(bias, shape);
    eachWeight(backward(x, w, attributes), x.shape[0], w, (weight, yAt, xAt, reads) => {
      for (let o = 0; o < reads.length; o++) if (reads[o] >= 0) y[yAt + reads[o]] += weight * x.data[xAt + o];
    });
    return [y];
  },
  derivative: {
    vjp: (call, [cotangent]) => {
      if (!cotangent) return [];
      const [x, w] = [required(call.inputs, 0), required(call.inputs, 1)];
      const convolution = backward(x, w, call.attributes);
      const dx = convolve(call, cotangent, w, convolution);
      return [dx, correlate(call, cotangent, x, convolution), biasCotangent(call, cotangent)];
    },
    jvp: withBias,
  },
};

/** The result's shape. */
export function convShape(x: Shaped, w: Shaped, bias: Shaped | undefined, attributes: Attributes): Shape {
  checkShapes(x.shape, w.shape, attributes);
  const groups = int(attributes, "group");
  if (x.shape[1] !== w.shape[1] * groups)
    throw new Error(`the input has ${x.shape[1]} channels, the weights read ${w.shape[1]} in each of ${groups} groups`);
  const [channels] = w.shape;
  if (channels % groups !== 0) throw new Error(`${channels} channels do not divide into ${groups} groups`);
  checkBias(bias, channels);
  return [x.shape[0], channels, ...forward(x, w, attributes).window.output];
}

function forward(x: Shaped, w: Shaped, attributes: Attributes): Convolution {
  return {
    window: slidingWindow(spatialDims(x.shape), w.shape.slice(2), attributes),
    groups: int(attributes, "group"),
  };
}

/** The Conv whose transpose a ConvTranspose is. */
function backward(x: Shaped, w: Shaped, attributes: Attributes): Convolution {
  const window = transposedWindow(spatialDims(x.shape), w.shape.slice(2), attributes);
  return { window, groups: int(attributes, "group") };
}

/** x and w, of dtypes, ranks and groups that fit together. */
function checked(inputs: Inputs, attributes: Attributes): [x: Value, w: Value] {
  const [x, w, bias] = [required(inputs, 0), required(inputs, 1), inputs[2]];
  if (!isFloat(x.dtype)) throw new Error(`the input is ${x.dtype}, not of floats`);
  for (const other of [w, bias])
    if (other && other.dtype !== x.dtype) throw new Error(`dtypes ${x.dtype} and ${other.dtype} differ`);
  checkShapes(x.shape, w.shape, attributes);
  return [x, w];
}

function checkShapes(x: Shape, w: Shape, attributes: Attributes): void {
  spatialDims(x);
  if (w.length !== x.length) throw new Error(`the weights have rank ${w.length}, the input ${x.length}`);
  if (sizeOf(w) === 0) throw new Error("the weights are empty");
  const groups = int(attributes, "group");
  if (!Number.isSafeInteger(groups) || groups < 1) throw new Error(`group is ${groups}; at least 1 is needed`);
  const kernel = w.slice(2);
  const given = ints(attributes, "kernel_shape");
  if (given && given.length > 0 && !sameShape(given, kernel))
    throw new Error(`kernel_shape is ${formatShape(given)}, but the weights have ${formatShape(kernel)} taps`);
  if (autoPadOf(attributes) !== "NOTSET" && attributes.pads !== undefined)
    throw new Error("pads and auto_pad are given together; only one of them can hold");
}

function checkBias(bias: Shaped | undefined, channels: number): void {
  if (bias && !sameShape(bias.shape, [channels]))
    throw new Error(`the bias is ${formatShape(bias.shape)}, not one number for each of ${channels} channels`);
}

/** Visits every weight with every image: where the planes begin that it connects, and which x each y reads. */
function eachWeight(
  { window, groups }: Convolution,
  batch: number,
  { shape: [outer, inner, ...kernel], data }: HostArray,
  visit: (weight: number, xAt: number, yAt: number, reads: Int32Array) => void,
): void {
  const [xSize, ySize, tapCount] = [sizeOf(window.input), sizeOf(window.output), sizeOf(kernel)];
  for (const { index, reads } of taps(window)) {
    for (let m = 0; m < outer; m++) {
      const first = Math.floor((m * groups) / outer) * inner;
      for (let c = 0; c < inner; c++) {
        const weight = data[(m * inner + c) * tapCount + index];
        for (let n = 0; n < batch; n++)
          visit(weight, (n * groups * inner + first + c) * xSize, (n * outer + m) * ySize, reads);
      }
    }
  }
}

function biasEverywhere(bias: HostArray | undefined, shape: Shape): Float64Array {
  const positions = sizeOf(shape.slice(2));
  const result = new Float64Array(sizeOf(shape));
  return bias ? result.map((_, i) => bias.data[Math.floor(i / positions) % shape[1]]) : result;
}

function biasCotangent(call: Call, cotangent: Value): Value | undefined {
  return call.inputs[2] && cotangent.sum(cotangent.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])));
}

const bilinear = multilinearJvp([0, 1]);

function withBias(call: Call, tangents: readonly (Value | undefined)[]): readonly (Value | undefined)[] {
  const terms = [...bilinear(call, tangents)];
  const bias = tangents[2];
  if (bias) terms.push(reshapeTo(bias, [1, bias.shape[0], ...call.outputs[0].shape.slice(2).map(() => 1)]));
  return [sumOf(terms.filter((term) => term !== undefined))];
}

export const convOps = table(conv, convTranspose);
