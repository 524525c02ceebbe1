/** @file Sliding windows: the geometry that convolutions and pools share, read from their attributes. */

import { type AttributeSpec, type Attributes, ints, text } from "../op.ts";
import { formatShape, type Shape, sizeOf } from "../tensor.ts";
import { gridIndices, range } from "./reindex.ts";

/** Along each spatial axis, tap t of the window at output o reads the input at o·stride + t·dilation − before. */
export interface Window {
  /** Spatial dims of the input, of the output, and of the window in taps. */
  readonly input: Shape;
  readonly output: Shape;
  readonly kernel: Shape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding in front of each axis. */
  readonly before: readonly number[];
  /** Padding behind each axis, as declared: the last window may end before it, or beyond it. */
  readonly after: readonly number[];
}

/** The attributes of a window. `kernel_shape` has no default: pools need it, convolutions know it from their weights. */
export const windowAttributes: Readonly<Record<string, AttributeSpec>> = {
  auto_pad: { kind: "string", default: "NOTSET" },
  dilations: { kind: "ints" },
  kernel_shape: { kind: "ints" },
  pads: { kind: "ints" },
  strides: { kind: "ints" },
};

/** How an output size that is not whole is rounded. */
export type Rounding = "floor" | "ceil";

/** Elements from a window's first tap to its last. */
export function extents({ kernel, dilations }: Pick<Window, "kernel" | "dilations">): number[] {
  return kernel.map((taps, i) => (taps - 1) * dilations[i] + 1);
}

/** Padding behind each axis for the last window to end exactly there; negative: elements that no window reaches. */
export function tails(window: Window): number[] {
  const { input, output, strides, before } = window;
  return extents(window).map((extent, i) => (output[i] - 1) * strides[i] + extent - before[i] - input[i]);
}

/** The spatial dims of [N, C, D1 …]: one to three of them, none empty. */
export function spatialDims(shape: Shape): Shape {
  const spatial = shape.slice(2);
  if (spatial.length < 1 || spatial.length > 3) {
    throw new Error(`the input has rank ${shape.length}; it takes [batch, channels] and one to three spatial axes`);
  }
  const empty = spatial.indexOf(0);
  if (empty >= 0) throw new Error(`spatial axis ${empty} is empty`);
  return spatial;
}

/** A list attribute with one integer per axis, each at least `least`. */
export function perAxis(
  attributes: Attributes,
  name: string,
  length: number,
  least: number,
  missing?: number,
): readonly number[] {
  const list = ints(attributes, name);
  if (list === undefined || (list.length === 0 && missing !== undefined)) {
    if (missing === undefined) throw new Error(`attribute "${name}" is missing`);
    return new Array<number>(length).fill(missing);
  }
  if (list.length !== length) throw new Error(`${name} has ${list.length} entries, not ${length}`);
  const wrong = list.find((n) => !Number.isSafeInteger(n) || n < least);
  if (wrong !== undefined) throw new Error(`${name} has an entry ${wrong}; at least ${least} is needed`);
  return list;
}

export const autoPads = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"] as const;
export type AutoPad = (typeof autoPads)[number];

/** The attribute auto_pad, checked. */
export function autoPadOf(attributes: Attributes): AutoPad {
  const mode = autoPads.find((name) => name === text(attributes, "auto_pad"));
  if (mode === undefined)
    throw new Error(`auto_pad "${text(attributes, "auto_pad")}" is not one of ${autoPads.join(", ")}`);
  return mode;
}

/** Kernel, strides and dilations as the attributes give them, checked. */
export function stepsOf(attributes: Attributes, kernel: Shape): Pick<Window, "kernel" | "strides" | "dilations"> {
  const rank = kernel.length;
  const strides = perAxis(attributes, "strides", rank, 1, 1);
  const dilations = perAxis(attributes, "dilations", rank, 1, 1);
  if (autoPadOf(attributes).startsWith("SAME") && extents({ kernel, dilations }).some((n, i) => n !== kernel[i])) {
    throw new Error("auto_pad SAME is not defined alike everywhere for dilated windows: give pads instead");
  }
  return { kernel, strides, dilations };
}

/**
 * The window of a convolution or pool over an input with these spatial dims.
 * @throws Error when an attribute makes no sense or the padded input is smaller than the window
 */
export function slidingWindow(
  input: Shape,
  kernel: Shape,
  attributes: Attributes,
  rounding: Rounding = "floor",
): Window {
  const steps = stepsOf(attributes, kernel);
  const { before, after } = paddings(input, steps, attributes);
  const output = extents(steps).map((extent, i) => {
    const padded = input[i] + before[i] + after[i];
    const spare = (padded - extent) / steps.strides[i];
    const size = (rounding === "ceil" ? Math.ceil(spare) : Math.floor(spare)) + 1;
    if (size < 1) throw new Error(`a window spans ${extent} elements of axis ${i}, which has ${padded}`);
    // ONNX Runtime leaves such a window out, shape inference before opset 22 does not.
    if (rounding === "ceil" && (size - 1) * steps.strides[i] >= input[i] + before[i])
      throw new Error(`the last window of axis ${i} would begin behind the input: give ceil_mode 0 or other pads`);
    return size;
  });
  return { input, output, ...steps, before, after };
}

function paddings(
  input: Shape,
  { kernel, strides }: Pick<Window, "kernel" | "strides">,
  attributes: Attributes,
): Pick<Window, "before" | "after"> {
  const mode = autoPadOf(attributes);
  const rank = kernel.length;
  if (mode === "NOTSET") {
    const pads = perAxis(attributes, "pads", 2 * rank, 0, 0);
    return { before: pads.slice(0, rank), after: pads.slice(rank) };
  }
  if (mode === "VALID") return { before: kernel.map(() => 0), after: kernel.map(() => 0) };
  // SAME: as many outputs as strides fit in the input; the odd element of padding goes behind (upper) or in front (lower).
  const total = input.map((dim, i) => Math.max(0, (Math.ceil(dim / strides[i]) - 1) * strides[i] + kernel[i] - dim));
  const small = total.map((n) => Math.floor(n / 2));
  const large = total.map((n) => Math.ceil(n / 2));
  return mode === "SAME_UPPER" ? { before: small, after: large } : { before: large, after: small };
}

/** One tap of a window: which it is, and for each output in order, the element of the input it reads (−1: padding). */
export interface Tap {
  readonly index: number;
  readonly reads: Int32Array;
}

/** The taps that read any of the input, row-major. */
export function* taps({ input, output, kernel, strides, dilations, before }: Window): Generator<Tap> {
  const axes = kernel.map((_, i) => {
    const reading = new Map<number, Int32Array>();
    for (let o = 0; o < output[i]; o++) {
      const start = o * strides[i] - before[i];
      const first = Math.max(0, Math.ceil(-start / dilations[i]));
      const last = Math.min(kernel[i] - 1, Math.floor((input[i] - 1 - start) / dilations[i]));
      for (let t = first; t <= last; t++) {
        const reads = reading.get(t) ?? new Int32Array(output[i]).fill(-1);
        reads[o] = start + t * dilations[i];
        reading.set(t, reads);
      }
    }
    return [...reading].sort(([a], [b]) => a - b);
  });
  const count = sizeOf(axes.map((reading) => reading.length));
  for (const choice of range(count)) {
    let rest = choice;
    let index = 0;
    let stride = 1;
    const coordinates = new Array<Int32Array>(axes.length);
    for (let i = axes.length - 1; i >= 0; i--) {
      const [tap, reads] = axes[i][rest % axes[i].length];
      rest = Math.floor(rest / axes[i].length);
      index += tap * stride;
      stride *= kernel[i];
      coordinates[i] = reads;
    }
    yield { index, reads: gridIndices(input, coordinates) };
  }
}

/** Throws where a window reads nothing but padding: the result would be made of nothing. */
export function checkWindowsRead({ input, output, kernel, strides, dilations, before }: Window): void {
  for (const [i, size] of output.entries()) {
    if (dilations[i] === 1) continue;
    for (let o = 0; o < size; o++) {
      const start = o * strides[i] - before[i];
      const first = Math.max(0, Math.ceil(-start / dilations[i]));
      if (first >= kernel[i] || start + first * dilations[i] >= input[i])
        throw new Error(`window ${o} of axis ${i} reads only padding: the input is ${formatShape(input)}`);
    }
  }
}
