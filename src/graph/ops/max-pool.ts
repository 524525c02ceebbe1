/** @file The largest element of each window (MaxPool) or of each channel (GlobalMaxPool). */

import { isFloat } from "../dtype.ts";
import { type Call, type Derivative, type HostArray, int, type OpDefinition, required, table } from "../op.ts";
import { sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { floats, poolAttributes, poolWindow, wholeType, wholeWindow } from "./pool-window.ts";
import { reshapeTo } from "./shape.ts";
import { checkWindowsRead, taps, type Window } from "./window.ts";

/** Y, and Indices: where in x, flattened from batch to the last axis, each element of Y was. The first of equals counts. */
const maxPool: OpDefinition = {
  name: "MaxPool",
  attributes: { ...poolAttributes, storage_order: { kind: "int", default: 0 } },
  infer: (inputs, attributes, outputs) => {
    const { dtype, shape } = numeric(required(inputs, 0));
    const window = poolWindow({ shape }, attributes);
    checkWindowsRead(window);
    if (outputs > 1 && int(attributes, "storage_order") !== 0)
      throw new Error("storage_order 1 (indices column by column) is not known here; 0 is");
    const pooled = [shape[0], shape[1], ...window.output];
    return [
      { dtype, shape: pooled },
      { dtype: "int64", shape: pooled },
    ];
  },
  evaluate: ([x], attributes, types) => {
    if (!x) return [];
    const { values, indices } = largest(x, poolWindow(x, attributes));
    return [values, indices].slice(0, types.length);
  },
  derivative: derivative((call) => {
    if (call.outputs.length > 1) return call.outputs[1];
    return call.emitAll("MaxPool", call.inputs, { ...call.attributes, storage_order: 0 }, 2)[1];
  }),
};

const globalMaxPool: OpDefinition = {
  name: "GlobalMaxPool",
  infer: (inputs) => [wholeType(floats(required(inputs, 0)))],
  evaluate: ([x]) => (x ? [largest(x, wholeWindow(x.shape.slice(2))).values] : []),
  derivative: derivative((call) => {
    const x = required(call.inputs, 0);
    const rows = reshapeTo(x, [x.shape[0], x.shape[1], sizeOf(x.shape.slice(2))]);
    const [, indices] = call.emitAll("MaxPool", [rows], { kernel_shape: [rows.shape[2]] }, 2);
    return reshapeTo(indices, call.outputs[0].shape);
  }),
};

function numeric(x: Value): Value {
  if (!isFloat(x.dtype) && x.dtype !== "int8" && x.dtype !== "uint8")
    throw new Error(`the input is ${x.dtype}, not of floats or bytes`);
  return x;
}

function largest({ shape, data }: HostArray, window: Window): { values: Float64Array; indices: Float64Array } {
  const planes = shape[0] * shape[1];
  const [size, count] = [sizeOf(window.input), sizeOf(window.output)];
  const values = new Float64Array(planes * count);
  const indices = new Float64Array(planes * count).fill(-1);
  for (const { reads } of taps(window)) {
    for (let plane = 0; plane < planes; plane++) {
      for (let o = 0; o < count; o++) {
        if (reads[o] < 0) continue;
        const [from, to] = [plane * size + reads[o], plane * count + o];
        if (indices[to] >= 0 && !(data[from] > values[to])) continue;
        values[to] = data[from];
        indices[to] = from;
      }
    }
  }
  return { values, indices };
}

/** Cotangents go to where the largest elements were, tangents come from there. */
function derivative(indicesOf: (call: Call) => Value): Derivative {
  return {
    vjp: (call, [cotangent]) => {
      if (!cotangent) return [];
      const { dtype, shape } = required(call.inputs, 0);
      const inputs = [call.constant(0, dtype, [sizeOf(shape)]), flat(indicesOf(call)), flat(cotangent)];
      return [reshapeTo(call.emit("ScatterElements", inputs, { axis: 0, reduction: "add" }), shape)];
    },
    jvp: (call, [tangent]) => {
      if (!tangent) return [];
      const picked = call.emit("GatherElements", [flat(tangent), flat(indicesOf(call))], { axis: 0 });
      return [reshapeTo(picked, call.outputs[0].shape)];
    },
  };
}

function flat(value: Value): Value {
  return reshapeTo(value, [sizeOf(value.shape)]);
}

export const maxPoolOps = table(maxPool, globalMaxPool);
