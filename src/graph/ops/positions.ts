/** @file Ops about positions along an axis: OneHot, NonZero, CumSum. */

import { stridedIndices, stridesOf } from "../broadcast.ts";
import { type Attributes, type Call, int, known, normaliseAxis, type OpDefinition, required, table } from "../op.ts";
import { sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { indexTypes, integerInput } from "./known.ts";
import { linearJvp } from "./rules.ts";
import { reshapeTo } from "./shape.ts";

function oneHotAxis(rank: number, attributes: Attributes): number {
  return normaliseAxis(int(attributes, "axis"), rank);
}

/** OneHot(indices, depth, [off, on]): along a new axis, `on` at the index and `off` elsewhere. */
const oneHot: OpDefinition = {
  name: "OneHot",
  attributes: { axis: { kind: "int", default: -1 } },
  staticInputs: [1],
  infer: (inputs, attributes) => {
    const [indices, depth, values] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    if (indices.rank === 0) throw new Error("the indices are a scalar");
    if (indices.dtype === "bool") throw new Error("the indices are bool, not numbers");
    if (sizeOf(depth.shape) !== 1) throw new Error("depth is not one element");
    const [classes] = known(inputs, 1) ?? [];
    if (!Number.isInteger(classes) || classes < 1) throw new Error(`depth is ${classes}, not a positive integer`);
    if (values.rank !== 1 || values.shape[0] !== 2) throw new Error("values are not two, [off, on]");
    const axis = oneHotAxis(indices.rank + 1, attributes);
    return [{ dtype: values.dtype, shape: indices.shape.toSpliced(axis, 0, classes) }];
  },
  evaluate: ([indices, , values], attributes, [{ shape }]) => {
    if (!indices || !values) return [];
    const axis = oneHotAxis(shape.length, attributes);
    const [depth, stride] = [shape[axis], stridesOf(shape)[axis]];
    const result = new Float64Array(sizeOf(shape)).fill(values.data[0]);
    const starts = stridedIndices(indices.shape, stridesOf(shape).toSpliced(axis, 1));
    for (const [i, start] of starts.entries()) {
      const index = Math.trunc(indices.data[i]);
      const normal = index < 0 ? index + depth : index;
      // An index outside the depth is no error: all is off.
      if (normal >= 0 && normal < depth) result[start + normal * stride] = values.data[1];
    }
    return [result];
  },
  derivative: {
    vjp: (call, [cotangent]) => {
      const values = required(call.inputs, 2);
      if (!cotangent) return [];
      const total = (off: number, on: number) => {
        const mask = call.emit(
          "OneHot",
          [call.inputs[0], call.inputs[1], call.constant([off, on], values.dtype)],
          call.attributes,
        );
        return reshapeTo(cotangent.mul(mask).sum(), [1]);
      };
      return [undefined, undefined, call.emit("Concat", [total(1, 0), total(0, 1)], { axis: 0 })];
    },
    jvp: linearJvp(() => [2]),
  },
};

/** The coordinates of the elements that are not zero, one column each [rank, count]. */
const nonZero: OpDefinition = {
  name: "NonZero",
  staticInputs: [0],
  infer: (inputs) => {
    const count = (known(inputs, 0) ?? []).reduce((sum, value) => sum + (value !== 0 ? 1 : 0), 0);
    return [{ dtype: "int64", shape: [required(inputs, 0).rank, count] }];
  },
  evaluate: ([x], _attributes, [{ shape }]) => {
    if (!x) return [];
    const strides = stridesOf(x.shape);
    const places = Array.from(x.data.keys()).filter((i) => x.data[i] !== 0);
    const coordinate = (axis: number, place: number) => Math.floor(place / strides[axis]) % x.shape[axis];
    const count = shape[1];
    return [
      Float64Array.from({ length: sizeOf(shape) }, (_, i) => coordinate(Math.floor(i / count), places[i % count])),
    ];
  },
  derivative: "zero",
};

/** The sums of all elements up to each (exclusive: before it), or from each on (reverse). */
const cumSum: OpDefinition = {
  name: "CumSum",
  attributes: { exclusive: { kind: "int", default: 0 }, reverse: { kind: "int", default: 0 } },
  infer: (inputs) => {
    const x = required(inputs, 0);
    if (x.dtype === "bool") throw new Error("the input is bool, not numbers");
    if (x.rank === 0) throw new Error("the input is a scalar");
    if (sizeOf(integerInput(inputs, 1, "axis", indexTypes).shape) !== 1) throw new Error("axis is not one element");
    const axis = inputs[1]?.constant?.numbers()[0];
    if (axis !== undefined) normaliseAxis(axis, x.rank);
    return [x];
  },
  evaluate: ([x, axisInput], attributes) => {
    if (!x || !axisInput) return [];
    const axis = normaliseAxis(axisInput.data[0], x.shape.length);
    const [length, stride] = [x.shape[axis], stridesOf(x.shape)[axis]];
    const exclusive = int(attributes, "exclusive") !== 0;
    const reverse = int(attributes, "reverse") !== 0;
    const result = new Float64Array(x.data.length);
    for (const start of stridedIndices(x.shape.with(axis, 1), stridesOf(x.shape))) {
      let sum = 0;
      for (let k = 0; k < length; k++) {
        const at = start + (reverse ? length - 1 - k : k) * stride;
        const next = sum + x.data[at];
        result[at] = exclusive ? sum : next;
        sum = next;
      }
    }
    return [result];
  },
  derivative: {
    vjp: (call, [cotangent]) => [cotangent && reversed(call, cotangent)],
    jvp: linearJvp(() => [0]),
  },
};

/** The adjoint: the same sums from the other end. */
function reversed({ inputs, attributes, emit }: Call, cotangent: Value): Value {
  return emit("CumSum", [cotangent, inputs[1]], { ...attributes, reverse: int(attributes, "reverse") !== 0 ? 0 : 1 });
}

export const positionOps = table(oneHot, nonZero, cumSum);
