/** @file Which scale and zero point belong to which element: one for all, one per entry of an axis, or one per block along it. */

import { broadcastIndices, stridedIndices, stridesOf } from "../broadcast.ts";
import { type Attributes, type Call, type HostArray, int, normaliseAxis } from "../op.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { reshapeTo } from "./shape.ts";

export type Layout =
  | { readonly kind: "tensor" }
  | { readonly kind: "axis"; readonly axis: number }
  | { readonly kind: "block"; readonly axis: number; readonly size: number };

/** @throws Error when the scale's shape fits none */
export function layoutOf(shape: Shape, scale: Shape, attributes: Attributes): Layout {
  const size = int(attributes, "block_size");
  if (size < 0) throw new Error(`block_size is ${size}; at least 0 is needed`);
  if (size > 0) {
    const axis = normaliseAxis(int(attributes, "axis"), shape.length);
    const blocks = shape.with(axis, Math.ceil(shape[axis] / size));
    // ONNX Runtime takes a list of one for the scale of the whole, which block_size must not be given for.
    if (sameShape(scale, [1])) throw new Error("block_size is given, but there is one block; leave it out");
    if (!sameShape(scale, blocks)) throw new Error(`scale has shape ${formatShape(scale)}, not ${formatShape(blocks)}`);
    return { kind: "block", axis, size };
  }
  if (scale.length > 1) throw new Error(`scale has rank ${scale.length}; without block_size it has 0 or 1`);
  if (sizeOf(scale) === 1) return { kind: "tensor" };
  const axis = normaliseAxis(int(attributes, "axis"), shape.length);
  if (scale[0] !== shape[axis]) throw new Error(`scale has ${scale[0]} elements, axis ${axis} has ${shape[axis]}`);
  return { kind: "axis", axis };
}

/** For each element of `shape` in order, where its scale stands. */
export function scaleIndices(shape: Shape, layout: Layout): Int32Array {
  if (layout.kind === "tensor") return new Int32Array(sizeOf(shape));
  if (layout.kind === "axis")
    return broadcastIndices([shape[layout.axis], ...shape.slice(layout.axis + 1).map(() => 1)], shape);
  const { axis, size } = layout;
  const strides = stridesOf(shape.with(axis, Math.ceil(shape[axis] / size)));
  const along = Int32Array.from({ length: shape[axis] }, (_, i) => Math.floor(i / size) * strides[axis]);
  const before = stridedIndices(shape.slice(0, axis), strides.slice(0, axis));
  const after = stridedIndices(shape.slice(axis + 1), strides.slice(axis + 1));
  const result = new Int32Array(sizeOf(shape));
  let at = 0;
  for (const b of before) for (const k of along) for (const a of after) result[at++] = b + k + a;
  return result;
}

/** Reads scale and zero point of element `i`. */
export function parameters(shape: Shape, layout: Layout, scale: HostArray, zero: HostArray | undefined) {
  const at = scaleIndices(shape, layout);
  return { scaleOf: (i: number) => scale.data[at[i]], zeroOf: (i: number) => zero?.data[at[i]] ?? 0 };
}

/** Sums a value over all elements that share a scale: to the scale's shape. */
export function sumToScale(call: Call, value: Value, layout: Layout, scale: Shape): Value {
  if (layout.kind === "tensor") return reshapeTo(value.sum(), scale);
  if (layout.kind === "axis") {
    const others = value.shape.flatMap((_, i) => (i === layout.axis ? [] : [i]));
    return others.length === 0 ? value : value.sum(others);
  }
  const { axis, size } = layout;
  const missing = scale[axis] * size - value.shape[axis];
  const pads = [...value.shape.map(() => 0), ...value.shape.map((_, i) => (i === axis ? missing : 0))];
  const whole = missing === 0 ? value : call.emit("Pad", [value, call.constant(pads, "int64")]);
  return reshapeTo(whole, [...scale.slice(0, axis + 1), size, ...scale.slice(axis + 1)]).sum(axis + 1);
}
