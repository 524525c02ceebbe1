/** @file Ops on the bits of integers: BitShift, BitwiseAnd, BitwiseOr, BitwiseXor, BitwiseNot. */

import { broadcastIndices, broadcastShapes } from "../broadcast.ts";
import { bytesPerElement, type DType, isFloat } from "../dtype.ts";
import { type AttributeSpec, type Attributes, type OpDefinition, required, table, text } from "../op.ts";
import type { Value } from "../value.ts";

type BitRule = (a: bigint, b: bigint, attributes: Attributes) => bigint;

function integerDtype(value: Value): DType {
  if (isFloat(value.dtype) || value.dtype === "bool") throw new Error(`elements are ${value.dtype}, not integers`);
  return value.dtype;
}

/** The integer as its dtype holds it: the low bits, with or without a sign. */
function wrap(value: bigint, dtype: DType): number {
  const bits = 8 * bytesPerElement[dtype];
  return Number(dtype.startsWith("u") ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value));
}

/** An op on pairs of integers of one dtype, broadcast. */
function pairwise(
  name: string,
  f: BitRule,
  options: { attributes?: Readonly<Record<string, AttributeSpec>>; check?: (dtype: DType, a: Attributes) => void } = {},
): OpDefinition {
  return {
    name,
    ...(options.attributes && { attributes: options.attributes }),
    infer: (inputs, attributes) => {
      const [a, b] = [required(inputs, 0), required(inputs, 1)];
      const dtype = integerDtype(a);
      if (b.dtype !== dtype) throw new Error(`dtypes ${dtype} and ${b.dtype} differ`);
      options.check?.(dtype, attributes);
      return [{ dtype, shape: broadcastShapes(a.shape, b.shape) }];
    },
    evaluate: ([a, b], attributes, [{ dtype, shape }]) => {
      if (!a || !b) return [];
      const [ofA, ofB] = [broadcastIndices(a.shape, shape), broadcastIndices(b.shape, shape)];
      return [
        Float64Array.from(ofA, (at, i) => wrap(f(BigInt(a.data[at]), BigInt(b.data[ofB[i]]), attributes), dtype)),
      ];
    },
    derivative: "zero",
  };
}

const bitwiseNot: OpDefinition = {
  name: "BitwiseNot",
  infer: (inputs) => {
    const x = required(inputs, 0);
    integerDtype(x);
    return [x];
  },
  evaluate: ([x], _attributes, [{ dtype }]) => [
    (x?.data ?? new Float64Array()).map((value) => wrap(~BigInt(value), dtype)),
  ],
  derivative: "zero",
};

/** The standard shifts unsigned integers only. */
function checkShift(dtype: DType, attributes: Attributes): void {
  if (!dtype.startsWith("u")) throw new Error(`elements are ${dtype}, not unsigned integers`);
  const direction = attributes.direction === undefined ? "missing" : text(attributes, "direction");
  if (direction !== "LEFT" && direction !== "RIGHT") throw new Error(`direction is ${direction}, not LEFT or RIGHT`);
}

export const bitOps = table(
  pairwise("BitShift", (a, b, attributes) => (text(attributes, "direction") === "LEFT" ? a << b : a >> b), {
    attributes: { direction: { kind: "string" } },
    check: checkShift,
  }),
  pairwise("BitwiseAnd", (a, b) => a & b),
  pairwise("BitwiseOr", (a, b) => a | b),
  pairwise("BitwiseXor", (a, b) => a ^ b),
  bitwiseNot,
);
