/**
 * @file Convolutions and matrix products of quantised operands: MatMulInteger and ConvInteger to int32 sums, QLinearMatMul and
 * QLinearConv on to quantised results. Their results are integers, so that they have no derivative but zero.
 */

import { broadcastIndices } from "../broadcast.ts";
import { type DType, isFloat } from "../dtype.ts";
import {
  type AttributeSpec,
  type Attributes,
  evaluateOp,
  type HostArray,
  type OpDefinition,
  required,
  table,
} from "../op.ts";
import { formatShape, type Shape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { convOps, convShape } from "./conv.ts";
import { roundHalfEven } from "./elementwise.ts";
import { linearOps, productShapes } from "./linear.ts";
import { saturate } from "./quantize.ts";
import { windowAttributes } from "./window.ts";

type Inputs = readonly (Value | undefined)[];

const bytes: readonly DType[] = ["uint8", "int8"];
const convAttributes: Readonly<Record<string, AttributeSpec>> = {
  ...windowAttributes,
  group: { kind: "int", default: 1 },
};

/** An integer operand with its zero point taken off. `axis`: where a list of zero points lies. */
function shifted(x: HostArray, zero: HostArray | undefined, axis: number): HostArray {
  if (zero === undefined) return x;
  const at = broadcastIndices(alongAxis(zero.shape, x.shape, axis), x.shape);
  return { shape: x.shape, data: x.data.map((v, i) => v - zero.data[at[i]]) };
}

/** The shape in which scale or zero point meets its operand: a list lies along `axis`. */
function alongAxis(parameter: Shape, operand: Shape, axis: number): Shape {
  if (sizeOf(parameter) === 1) return [];
  if (parameter.length > 1) return parameter;
  return operand.map((_, i) => (i === axis ? parameter[0] : 1));
}

/** Checks one operand with its scale and zero point; `lists`: where they may be lists, their length. */
function checkOperand(
  name: string,
  value: Value,
  scale: Value | undefined,
  zero: Value | undefined,
  lists?: number,
): void {
  if (!bytes.includes(value.dtype)) throw new Error(`${name} is ${value.dtype}; uint8 or int8 are needed`);
  if (zero && zero.dtype !== value.dtype)
    throw new Error(`the zero point of ${name} is ${zero.dtype}, not ${value.dtype}`);
  if (scale && !isFloat(scale.dtype)) throw new Error(`the scale of ${name} is ${scale.dtype}, not a float`);
  for (const [what, parameter] of [
    ["scale", scale],
    ["zero point", zero],
  ] as const) {
    const size = parameter ? sizeOf(parameter.shape) : 1;
    if (size !== 1 && size !== lists)
      throw new Error(`the ${what} of ${name} has shape ${formatShape(parameter?.shape ?? [])}, which does not fit`);
  }
}

const rows = (a: Value) => a.shape[a.rank - 2];
const columns = (b: Value) => b.shape[b.rank - 1];
const plain = { transA: false, transB: false, alpha: 1 };

/** Which input is what: operands, their scales and zero points. */
interface Positions {
  readonly a: number;
  readonly b: number;
  readonly scales?: readonly [a: number, b: number, y: number];
  readonly zeros: readonly [a: number, b: number];
  readonly bias?: number;
}

const integerPositions: Positions = { a: 0, b: 1, zeros: [2, 3] };
const linearPositions: Positions = { a: 0, b: 3, scales: [1, 4, 6], zeros: [2, 5], bias: 8 };
const resultZero = 7;

interface Kind {
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  /** How many zero points and scales each operand may have, and along which axis they lie. */
  readonly lists: (a: Value, b: Value) => readonly [a: number | undefined, b: number | undefined];
  readonly axes: (a: Shape, b: Shape) => readonly [a: number, b: number];
  /** Where scales of the second operand meet the result. */
  readonly resultAxis: (result: Shape) => number;
  readonly shape: (a: Value, b: Value, bias: Value | undefined, attributes: Attributes) => Shape;
  readonly float: OpDefinition;
}

const product: Kind = {
  attributes: {},
  lists: (a, b) => [rows(a), columns(b)],
  axes: (a, b) => [a.length - 2, b.length - 1],
  resultAxis: (result) => result.length - 1,
  shape: (a, b) => productShapes(a.shape, b.shape, plain).result,
  float: linearOps.MatMul,
};

const convolution: Kind = {
  attributes: convAttributes,
  lists: (_x, w) => [undefined, w.shape[0]],
  axes: () => [1, 0],
  resultAxis: () => 1,
  shape: convShape,
  float: convOps.Conv,
};

function operands(kind: Kind, inputs: Inputs, at: Positions): { a: Value; b: Value; bias: Value | undefined } {
  const [a, b] = [required(inputs, at.a), required(inputs, at.b)];
  const [listsA, listsB] = kind.lists(a, b);
  checkOperand("the first operand", a, at.scales && required(inputs, at.scales[0]), inputs[at.zeros[0]], listsA);
  checkOperand("the second operand", b, at.scales && required(inputs, at.scales[1]), inputs[at.zeros[1]], listsB);
  const bias = at.bias === undefined ? undefined : inputs[at.bias];
  if (bias && bias.dtype !== "int32") throw new Error(`the bias is ${bias.dtype}, not int32`);
  return { a, b, bias };
}

/** The exact integer sums. */
function sums(
  kind: Kind,
  inputs: readonly (HostArray | undefined)[],
  at: Positions,
  attributes: Attributes,
  shape: Shape,
) {
  const [a, b] = [inputs[at.a], inputs[at.b]] as [HostArray, HostArray];
  const [axisA, axisB] = kind.axes(a.shape, b.shape);
  const whole = [shifted(a, inputs[at.zeros[0]], axisA), shifted(b, inputs[at.zeros[1]], axisB)];
  const bias = at.bias === undefined ? undefined : inputs[at.bias];
  return evaluateOp(kind.float, [...whole, bias], attributes, [{ dtype: "float64", shape }])[0];
}

function integerOp(name: string, kind: Kind): OpDefinition {
  return {
    name,
    attributes: kind.attributes,
    infer: (inputs, attributes) => {
      const { a, b } = operands(kind, inputs, integerPositions);
      return [{ dtype: "int32", shape: kind.shape(a, b, undefined, attributes) }];
    },
    evaluate: (inputs, attributes, [{ shape }]) => [sums(kind, inputs, integerPositions, attributes, shape)],
    derivative: "zero",
  };
}

function linearOp(name: string, kind: Kind): OpDefinition {
  const { scales: [scaleA, scaleB, scaleY] = [0, 0, 0] } = linearPositions;
  return {
    name,
    attributes: kind.attributes,
    infer: (inputs, attributes) => {
      const { a, b, bias } = operands(kind, inputs, linearPositions);
      required(inputs, scaleY);
      const zero = required(inputs, resultZero);
      if (!bytes.includes(zero.dtype)) throw new Error(`the result would be ${zero.dtype}; uint8 or int8 are needed`);
      return [{ dtype: zero.dtype, shape: kind.shape(a, b, bias, attributes) }];
    },
    evaluate: (inputs, attributes, [{ dtype, shape }]) => {
      const [a, b, y, zero] = [scaleA, scaleB, scaleY, resultZero].map((i) => inputs[i] as HostArray);
      const atA = broadcastIndices(alongAxis(a.shape, shape, shape.length - 2), shape);
      const atB = broadcastIndices(alongAxis(b.shape, shape, kind.resultAxis(shape)), shape);
      const exact = sums(kind, inputs, linearPositions, attributes, shape);
      return [
        exact.map((v, i) => {
          const scaled = (v * a.data[atA[i]] * b.data[atB[i]]) / y.data[0];
          return saturate(roundHalfEven(scaled) + zero.data[0], dtype);
        }),
      ];
    },
    derivative: "zero",
  };
}

export const qlinearOps = table(
  integerOp("MatMulInteger", product),
  integerOp("ConvInteger", convolution),
  linearOp("QLinearMatMul", product),
  linearOp("QLinearConv", convolution),
);
