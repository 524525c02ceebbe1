/**
 * @file QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear: q = saturate(round(x/s) + z) and x = (q − z)·s.
 *
 * Quantising is a staircase: its derivative is zero almost everywhere, and that is what it is here. A straight-through estimate is a
 * choice of the caller's (`customVjp`). Dequantising is linear in the scale and, as q are integers, has no other derivative.
 */

import { type DType, dtypeOf, integerRange, isFloat } from "../dtype.ts";
import { type AttributeSpec, type Attributes, int, type OpDefinition, required, table } from "../op.ts";
import { sameShape } from "../tensor.ts";
import type { Value } from "../value.ts";
import { roundHalfEven } from "./elementwise.ts";
import { layoutOf, parameters, sumToScale } from "./quantise-layout.ts";

const layoutAttributes: Readonly<Record<string, AttributeSpec>> = {
  axis: { kind: "int", default: 1 },
  block_size: { kind: "int", default: 0 },
};

const storable: readonly DType[] = ["uint8", "int8", "uint16", "int16", "uint4", "int4"];

function checkZero(zero: Value | undefined, scale: Value, dtype: DType): void {
  if (zero === undefined) return;
  if (zero.dtype !== dtype) throw new Error(`the zero point is ${zero.dtype}, not ${dtype}`);
  if (!sameShape(zero.shape, scale.shape)) throw new Error("zero point and scale have different shapes");
}

function quantisedType(zero: Value | undefined, attributes: Attributes): DType {
  const wanted = int(attributes, "output_dtype");
  const dtype = wanted === 0 ? (zero?.dtype ?? "uint8") : dtypeOf(wanted, "QuantizeLinear");
  if (!storable.includes(dtype)) throw new Error(`elements would be ${dtype}, not ${storable.join(", ")}`);
  return dtype;
}

/** An integer within the dtype's range: rounded to even where it lies between two. */
export function saturate(value: number, dtype: DType): number {
  const [least, most] = integerRange(dtype);
  return Math.max(least, Math.min(most, value));
}

const quantize: OpDefinition = {
  name: "QuantizeLinear",
  attributes: {
    ...layoutAttributes,
    saturate: { kind: "int", default: 1 },
    output_dtype: { kind: "int", default: 0 },
  },
  infer: (inputs, attributes) => {
    const [x, scale, zero] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    if (!isFloat(x.dtype) && x.dtype !== "int32")
      throw new Error(`elements are ${x.dtype}; floats or int32 are needed`);
    if (!isFloat(scale.dtype)) throw new Error(`the scale is ${scale.dtype}, not a float`);
    const dtype = quantisedType(zero, attributes);
    checkZero(zero, scale, dtype);
    layoutOf(x.shape, scale.shape, attributes);
    return [{ dtype, shape: x.shape }];
  },
  evaluate: ([x, scale, zero], attributes, [{ dtype }]) => {
    if (!x || !scale) return [];
    const { scaleOf, zeroOf } = parameters(x.shape, layoutOf(x.shape, scale.shape, attributes), scale, zero);
    return [x.data.map((v, i) => saturate(roundHalfEven(v / scaleOf(i)) + zeroOf(i), dtype))];
  },
  derivative: "zero",
};

const dequantize: OpDefinition = {
  name: "DequantizeLinear",
  attributes: layoutAttributes,
  infer: (inputs, attributes) => {
    const [x, scale, zero] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    if (!storable.includes(x.dtype) && x.dtype !== "int32")
      throw new Error(`elements are ${x.dtype}, not int32, ${storable.join(", ")}`);
    if (!isFloat(scale.dtype)) throw new Error(`the scale is ${scale.dtype}, not a float`);
    checkZero(zero, scale, x.dtype);
    layoutOf(x.shape, scale.shape, attributes);
    return [{ dtype: scale.dtype, shape: x.shape }];
  },
  evaluate: ([x, scale, zero], attributes) => {
    if (!x || !scale) return [];
    const { scaleOf, zeroOf } = parameters(x.shape, layoutOf(x.shape, scale.shape, attributes), scale, zero);
    return [x.data.map((q, i) => (q - zeroOf(i)) * scaleOf(i))];
  },
  derivative: {
    vjp: (call, [cotangent]) => {
      if (!cotangent) return [];
      const [x, scale, zero] = call.inputs as readonly [Value, Value, Value | undefined];
      const ones = call.constant(1, scale.dtype, scale.shape);
      const steps = call.emit("DequantizeLinear", [x, ones, zero], call.attributes);
      const layout = layoutOf(x.shape, scale.shape, call.attributes);
      return [undefined, sumToScale(call, cotangent.mul(steps), layout, scale.shape)];
    },
    jvp: (call, [, tangent]) => {
      const [x, , zero] = call.inputs;
      return [tangent && call.emit("DequantizeLinear", [x, tangent, zero], call.attributes)];
    },
  },
};

/** Scale and zero point that bring the extremes of x, and zero, into 0 … 255. */
const dynamicQuantize: OpDefinition = {
  name: "DynamicQuantizeLinear",
  infer: (inputs) => {
    const x = required(inputs, 0);
    if (x.dtype !== "float32") throw new Error(`elements are ${x.dtype}; float32 is needed`);
    return [
      { dtype: "uint8", shape: x.shape },
      { dtype: "float32", shape: [] },
      { dtype: "uint8", shape: [] },
    ];
  },
  evaluate: ([x]) => {
    if (!x) return [];
    const low = x.data.reduce((a, b) => Math.min(a, b), 0);
    const high = x.data.reduce((a, b) => Math.max(a, b), 0);
    const scale = low === high ? 1 : (high - low) / 255;
    const zero = saturate(roundHalfEven(-low / scale), "uint8");
    const q = x.data.map((v) => saturate(roundHalfEven(v / scale) + zero, "uint8"));
    return [q, Float64Array.of(scale), Float64Array.of(zero)];
  },
  derivative: {
    expand: (call) => {
      const x = call.inputs[0] as Value;
      const nought = call.constant(0, x.dtype);
      const high = call.emit("Max", [x.max(), nought]);
      const low = call.emit("Min", [x.min(), nought]);
      return [call.outputs[0], high.sub(low).div(255), ...call.outputs.slice(2)];
    },
  },
};

export const quantizeOps = table(quantize, dequantize, dynamicQuantize);
