/** @file Einsum: sums of products over named indices; its derivative is an Einsum again. */

import { expandTo, stridedIndices, stridesOf } from "../broadcast.ts";
import { CajalError } from "../error.ts";
import {
  type Attributes,
  type Call,
  type Derivative,
  type HostArray,
  type OpDefinition,
  required,
  table,
  text,
} from "../op.ts";
import { sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { type Equation, type Label, readEquation, writeEquation } from "./einsum-equation.ts";
import { sumOf } from "./rules.ts";
import { reshapeTo } from "./shape.ts";

/** Bounds on evaluating on the host: a short equation can ask for any amount of work. */
const workLimit = 2 ** 28;
const intermediateLimit = 2 ** 24;

/** An array with a label per axis. A label that occurs twice is the diagonal; along a broadcast one the step is 0. */
interface Factor {
  readonly labels: readonly Label[];
  readonly steps: readonly number[];
  readonly data: Float64Array;
}

function factorOf({ shape, data }: HostArray, labels: readonly Label[]): Factor {
  const strides = stridesOf(shape);
  return { labels, steps: shape.map((dim, i) => (dim === 1 ? 0 : strides[i])), data };
}

/** The product of two factors, summed over the labels that are not kept. */
function contract(a: Factor, b: Factor, kept: readonly Label[], sizes: ReadonlyMap<Label, number>): Factor {
  const summed = [...new Set([...a.labels, ...b.labels])].filter((label) => !kept.includes(label));
  const shapeOf = (labels: readonly Label[]) => labels.map((label) => sizes.get(label) as number);
  const shape = shapeOf(kept);
  const indices = ({ labels, steps }: Factor, along: readonly Label[]) => {
    const step = (label: Label) => steps.reduce((total, own, i) => (labels[i] === label ? total + own : total), 0);
    return stridedIndices(shapeOf(along), along.map(step));
  };
  const [startA, startB] = [indices(a, kept), indices(b, kept)];
  const [stepA, stepB] = [indices(a, summed), indices(b, summed)];
  const data = new Float64Array(startA.length);
  for (let i = 0; i < data.length; i++) {
    let total = 0;
    for (let k = 0; k < stepA.length; k++) total += a.data[startA[i] + stepA[k]] * b.data[startB[i] + stepB[k]];
    data[i] = total;
  }
  return { labels: kept, steps: stridesOf(shape), data };
}

/** Multiplies operand by operand, summing over each index as soon as no later operand has it. */
function evaluate({ terms, output, sizes }: Equation, operands: readonly HostArray[]): Float64Array {
  let product: Factor = { labels: [], steps: [], data: Float64Array.of(1) };
  let work = 0;
  for (const [i, operand] of operands.entries()) {
    const present = [...new Set([...product.labels, ...terms[i]])];
    const later = new Set([...output, ...terms.slice(i + 1).flat()]);
    const last = i === operands.length - 1;
    const kept = last ? output : present.filter((label) => later.has(label));
    const size = (labels: readonly Label[]) => sizeOf(labels.map((label) => sizes.get(label) as number));
    work += size(present);
    if (work > workLimit || (!last && size(kept) > intermediateLimit))
      throw new CajalError("too-large", "Einsum: too many products to evaluate on the host");
    product = contract(product, factorOf(operand, terms[i]), kept, sizes);
  }
  return product.data;
}

const equationOf = (attributes: Attributes, operands: readonly { shape: readonly number[] }[]): Equation =>
  readEquation(
    text(attributes, "equation"),
    operands.map((operand) => operand.shape),
  );

/** Ones on the diagonal, from two short constants. */
function eye(call: Call, size: number, dtype: Value["dtype"]): Value {
  const range = Array.from({ length: size }, (_, i) => i);
  const row = call.constant(range, "int64", [1, size]);
  return call.constant(range, "int64", [size, 1]).equal(row).cast(dtype);
}

/**
 * The cotangent of one operand: the result's cotangent times the other operands, summed over all indices that the operand
 * does not have (or has as 1), spread along those that only it has, and put on the diagonal of those that it has twice.
 */
function cotangentOf(call: Call, equation: Equation, operand: number, cotangent: Value): Value {
  const { terms, output, sizes } = equation;
  const { shape, dtype } = call.inputs[operand] as Value;
  const own = terms[operand];
  const factors: Value[] = [cotangent, ...(call.inputs as readonly Value[]).filter((_, i) => i !== operand)];
  const labels: (readonly Label[])[] = [output, ...terms.filter((_, i) => i !== operand)];
  const axes = own.map((label, axis) => {
    if (own.indexOf(label) === axis) return label;
    const second = `${label} ${axis}`;
    if (shape[axis] > 1) {
      factors.push(eye(call, shape[axis], dtype));
      labels.push([label, second]);
    }
    return second;
  });
  const present = new Set(labels.flat());
  const wanted = axes.filter(
    (label, axis) => present.has(label) && !(shape[axis] === 1 && (sizes.get(label) as number) > 1),
  );
  const unchanged = factors.length === 1 && wanted.length === output.length && wanted.every((l, i) => l === output[i]);
  const result = unchanged ? cotangent : call.emit("Einsum", factors, { equation: writeEquation(labels, wanted) });
  const sized = axes.map((label) => (wanted.includes(label) ? result.shape[wanted.indexOf(label)] : 1));
  return expandTo(reshapeTo(result, sized), shape);
}

const derivative: Derivative = {
  vjp: (call, [cotangent]) => {
    if (!cotangent) return [];
    const equation = equationOf(call.attributes, call.inputs as readonly Value[]);
    return call.inputs.map((_, i) => cotangentOf(call, equation, i, cotangent));
  },
  jvp: (call, tangents) => [
    sumOf(
      tangents.flatMap((tangent, i) =>
        tangent ? [call.emit("Einsum", call.inputs.with(i, tangent), call.attributes)] : [],
      ),
    ),
  ],
};

const einsum: OpDefinition = {
  name: "Einsum",
  attributes: { equation: { kind: "string" } },
  infer: (inputs, attributes) => {
    if (attributes.equation === undefined) throw new Error('attribute "equation" is missing');
    const operands = inputs.map((_, i) => required(inputs, i));
    const { dtype } = required(operands, 0);
    const other = operands.find((operand) => operand.dtype !== dtype);
    if (other) throw new Error(`dtypes ${dtype} and ${other.dtype} differ`);
    if (dtype === "bool" || dtype === "int8" || dtype === "uint8")
      throw new Error(`elements are ${dtype}; floats, int32 or int64 are needed`);
    // ONNX Runtime 1.30 kills the process on some of these.
    const empty = operands.findIndex((operand) => sizeOf(operand.shape) === 0);
    if (empty >= 0) throw new Error(`operand ${empty} has no elements, which is not supported`);
    const { output, sizes } = equationOf(attributes, operands);
    return [{ dtype, shape: output.map((label) => sizes.get(label) as number) }];
  },
  evaluate: (inputs, attributes) => {
    const operands = inputs.flatMap((input) => input ?? []);
    return [evaluate(equationOf(attributes, operands), operands)];
  },
  derivative,
};

export const einsumOps = table(einsum);
