/** @file NumPy broadcasting: shapes, index strides, and its transpose (summing what was broadcast). */

import type { Call } from "./op.ts";
import { formatShape, type Shape, sameShape } from "./tensor.ts";
import type { Value } from "./value.ts";

/** The common shape. @throws Error when two dims differ and neither is 1 */
export function broadcastShapes(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      if (shape[i] === 1) continue;
      if (result[at] !== 1 && result[at] !== shape[i]) {
        throw new Error(
          `shapes ${shapes.map(formatShape).join(" and ")} do not broadcast: ${result[at]} and ${shape[i]} differ`,
        );
      }
      result[at] = shape[i];
    }
  }
  return result;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** For each element of `shape` in order, the element of the broadcast array `from` that stands there. */
export function broadcastIndices(from: Shape, shape: Shape): Int32Array {
  const strides = stridesOf(from);
  const offset = shape.length - from.length;
  const steps = shape.map((_, i) => (i < offset || from[i - offset] === 1 ? 0 : strides[i - offset]));
  return stridedIndices(shape, steps);
}

/** For each element of `shape` in order, `start` plus the sum of its coordinates times `steps`. */
export function stridedIndices(shape: Shape, steps: readonly number[], start = 0): Int32Array {
  let indices = new Int32Array([start]);
  for (let axis = 0; axis < shape.length; axis++) {
    const next = new Int32Array(indices.length * shape[axis]);
    for (let i = 0, at = 0; i < indices.length; i++) {
      for (let k = 0; k < shape[axis]; k++) next[at++] = indices[i] + k * steps[axis];
    }
    indices = next;
  }
  return indices;
}

/** Sums a value of the broadcast shape back to the shape it was broadcast from. */
export function unbroadcast(call: Call, value: Value, shape: Shape): Value {
  if (sameShape(value.shape, shape)) return value;
  const offset = value.rank - shape.length;
  const axes = value.shape.flatMap((dim, i) => (i < offset || (shape[i - offset] === 1 && dim !== 1) ? [i] : []));
  const summed =
    axes.length > 0 ? call.emit("ReduceSum", [value, call.constant(axes, "int64")], { keepdims: 1 }) : value;
  return sameShape(summed.shape, shape) ? summed : summed.reshape(shape);
}

/** Broadcasts a value to the shape where it has another. */
export function expandTo(value: Value, shape: Shape): Value {
  return sameShape(value.shape, shape) ? value : value.expand(shape);
}
