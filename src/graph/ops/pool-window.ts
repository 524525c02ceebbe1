/** @file What pools share: their window, and sums over windows, as graphs and on the host. */

import { isFloat } from "../dtype.ts";
import { type AttributeSpec, type Attributes, type Call, type HostArray, int } from "../op.ts";
import { type Shape, sizeOf, type ValueType } from "../tensor.ts";
import type { Value } from "../value.ts";
import { convolve, convolveTransposed } from "./convolve.ts";
import {
  autoPadOf,
  perAxis,
  slidingWindow,
  spatialDims,
  tails,
  taps,
  type Window,
  windowAttributes,
} from "./window.ts";

export const poolAttributes: Readonly<Record<string, AttributeSpec>> = {
  ...windowAttributes,
  ceil_mode: { kind: "int", default: 0 },
};

/** The window of a pool over x [n, c, …]; pads are less than it, so that it reads more than padding. */
export function poolWindow(x: { readonly shape: Shape }, attributes: Attributes): Window {
  const input = spatialDims(x.shape);
  const kernel = perAxis(attributes, "kernel_shape", input.length, 1);
  const window = slidingWindow(input, kernel, attributes, int(attributes, "ceil_mode") === 0 ? "floor" : "ceil");
  for (const [i, taps] of kernel.entries()) {
    const most = Math.max(window.before[i], window.after[i]);
    if (most >= taps) throw new Error(`${most} elements of padding on axis ${i}, where the window has only ${taps}`);
  }
  if (autoPadOf(attributes).startsWith("SAME") && tails(window).some((n) => n < 0))
    throw new Error("auto_pad SAME would need negative padding, which is not defined: give pads instead");
  return window;
}

/** The sum over each window: [n, c, input…] to [n, c, output…]. */
export function windowSums(call: Call, x: Value, window: Window): Value {
  return convolve(call, x, ones(call, x, window), { window, groups: x.shape[1] });
}

/** Each element to all that its window reads, summed: [n, c, output…] to [n, c, input…], the transpose of `windowSums`. */
export function windowSpread(call: Call, y: Value, window: Window): Value {
  return convolveTransposed(call, y, ones(call, y, window), { window, groups: y.shape[1] });
}

/** The sum over each window, on the host. */
export function hostSums({ shape, data }: HostArray, window: Window): Float64Array {
  const planes = shape[0] * shape[1];
  const [size, count] = [sizeOf(window.input), sizeOf(window.output)];
  const sums = new Float64Array(planes * count);
  for (const { reads } of taps(window)) {
    for (let plane = 0; plane < planes; plane++)
      for (let o = 0; o < count; o++) if (reads[o] >= 0) sums[plane * count + o] += data[plane * size + reads[o]];
  }
  return sums;
}

/** The window of a global pool: one, over all that there is. */
export function wholeWindow(spatial: Shape): Window {
  const [ones, zeros] = [spatial.map(() => 1), spatial.map(() => 0)];
  return { input: spatial, output: ones, kernel: spatial, strides: ones, dilations: ones, before: zeros, after: zeros };
}

/** The type of a global pool's result: every spatial axis is 1 long. */
export function wholeType({ dtype, shape }: ValueType): ValueType {
  return { dtype, shape: [shape[0], shape[1], ...spatialDims(shape).map(() => 1)] };
}

export function floats(x: Value): Value {
  if (!isFloat(x.dtype)) throw new Error(`the input is ${x.dtype}, not of floats`);
  return x;
}

function ones(call: Call, { dtype, shape }: Value, { kernel }: Window): Value {
  return call.constant(1, dtype, [shape[1], 1, ...kernel]);
}
