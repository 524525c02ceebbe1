/** @file The window of a ConvTranspose: that of the Conv whose transpose it is. */

import { type Attributes, ints } from "../op.ts";
import type { Shape } from "../tensor.ts";
import { autoPadOf, extents, perAxis, stepsOf, type Window } from "./window.ts";

/**
 * The Conv window that reads the result (its `input`) and has an output for each element of x.
 * @param x spatial dims of x
 * @throws Error when an attribute makes no sense or the result would be empty
 */
export function transposedWindow(x: Shape, kernel: Shape, attributes: Attributes): Window {
  const steps = stepsOf(attributes, kernel);
  const extra = outputPadding(attributes, steps.strides);
  const full = extents(steps).map((extent, i) => (x[i] - 1) * steps.strides[i] + extent + extra[i]);
  if (autoPadOf(attributes).startsWith("SAME") && extra.some((n) => n > 0))
    throw new Error("auto_pad SAME together with output_padding is read in two ways: give pads instead");
  const { before, after } = paddings(x, full, steps.strides, attributes);
  const input = full.map((size, i) => size - before[i] - after[i]);
  const empty = input.findIndex((size) => size < 1);
  if (empty >= 0) throw new Error(`the pads leave nothing of axis ${empty}, ${full[empty]} elements long before them`);
  return { input, output: x, ...steps, before, after };
}

/** Less than a stride: beyond that the Conv would have another output, which ONNX Runtime refuses. */
function outputPadding(attributes: Attributes, strides: readonly number[]): readonly number[] {
  const extra = perAxis(attributes, "output_padding", strides.length, 0, 0);
  const wrong = extra.findIndex((n, i) => n >= strides[i]);
  if (wrong >= 0) throw new Error(`output_padding ${extra[wrong]} of axis ${wrong} is not less than its stride`);
  return extra;
}

/** Pads are given, or made for a size that is: by output_shape, or by auto_pad SAME, where it is x's times the stride. */
function paddings(x: Shape, full: Shape, strides: readonly number[], attributes: Attributes) {
  const rank = x.length;
  const mode = autoPadOf(attributes);
  const given = ints(attributes, "output_shape")?.length ? perAxis(attributes, "output_shape", rank, 1) : undefined;
  const size = given ?? (mode.startsWith("SAME") ? x.map((dim, i) => dim * strides[i]) : undefined);
  // The standard says so only in its shape inference, which gives up on such a model.
  const short = given?.findIndex((n, i) => n < x[i]) ?? -1;
  if (short >= 0)
    throw new Error(`output_shape ${size?.[short]} of axis ${short} is less than the input's ${x[short]}`);
  if (size === undefined) {
    const pads = mode === "VALID" ? new Array<number>(2 * rank).fill(0) : perAxis(attributes, "pads", 2 * rank, 0, 0);
    return { before: pads.slice(0, rank), after: pads.slice(rank) };
  }
  const total = full.map((n, i) => {
    if (n < size[i]) throw new Error(`axis ${i} of the result is to have ${size[i]} elements, but windows reach ${n}`);
    return n - size[i];
  });
  const small = total.map((n) => Math.floor(n / 2));
  const large = total.map((n) => Math.ceil(n / 2));
  return mode === "SAME_UPPER" ? { before: small, after: large } : { before: large, after: small };
}
