/** @file Ops that reorder, join, part and repeat along axes: Transpose, Concat, Split, Tile. */

import { stridedIndices, stridesOf } from "../broadcast.ts";
import { type Attributes, int, ints, known, normaliseAxis, type OpDefinition, required, table } from "../op.ts";
import { formatShape, type Shape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { dims, distinctAxes, integers, optionalIntegers } from "./known.ts";
import { gridIndices, pick, range } from "./reindex.ts";
import { linearJvp, zerosLike } from "./rules.ts";
import { reshapeTo } from "./shape.ts";

type Inputs = readonly (Value | undefined)[];

function permutation(rank: number, attributes: Attributes): number[] {
  const perm = ints(attributes, "perm");
  if (perm === undefined) return range(rank).reverse();
  if (perm.length !== rank) throw new Error(`perm ${formatShape(perm)} has ${perm.length} axes, the input ${rank}`);
  return distinctAxes(perm, rank);
}

const transpose: OpDefinition = {
  name: "Transpose",
  attributes: { perm: { kind: "ints" } },
  infer: (inputs, attributes) => {
    const x = required(inputs, 0);
    return [{ dtype: x.dtype, shape: permutation(x.rank, attributes).map((axis) => x.shape[axis]) }];
  },
  evaluate: ([x], attributes, [type]) => {
    if (!x) return [];
    const strides = stridesOf(x.shape);
    const steps = permutation(x.shape.length, attributes).map((axis) => strides[axis]);
    return [pick(x, stridedIndices(type.shape, steps))];
  },
  derivative: {
    vjp: ({ outputs, attributes }, [cotangent]) => {
      const perm = permutation(outputs[0].rank, attributes);
      return [cotangent?.transpose(perm.map((_, axis) => perm.indexOf(axis)))];
    },
    jvp: linearJvp(() => [0]),
  },
};

function concatShape(inputs: Inputs, attributes: Attributes): Shape {
  if (attributes.axis === undefined) throw new Error('attribute "axis" is missing');
  const first = required(inputs, 0);
  const axis = normaliseAxis(int(attributes, "axis"), first.rank);
  let length = 0;
  for (const i of inputs.keys()) {
    const { dtype, shape, rank } = required(inputs, i);
    if (dtype !== first.dtype) throw new Error(`dtypes ${first.dtype} and ${dtype} differ`);
    if (rank !== first.rank) throw new Error(`ranks ${first.rank} and ${rank} differ`);
    const other = shape.findIndex((dim, at) => at !== axis && dim !== first.shape[at]);
    if (other >= 0) throw new Error(`dims ${first.shape[other]} and ${shape[other]} of axis ${other} differ`);
    length += shape[axis];
  }
  return first.shape.with(axis, length);
}

const concat: OpDefinition = {
  name: "Concat",
  attributes: { axis: { kind: "int" } },
  infer: (inputs, attributes) => [{ dtype: required(inputs, 0).dtype, shape: concatShape(inputs, attributes) }],
  evaluate: (inputs, attributes, [type]) => {
    const axis = normaliseAxis(int(attributes, "axis"), type.shape.length);
    const outer = sizeOf(type.shape.slice(0, axis));
    const result = new Float64Array(sizeOf(type.shape));
    let at = 0;
    for (let block = 0; block < outer; block++) {
      for (const x of inputs) {
        if (x === undefined) continue;
        const length = x.data.length / outer;
        result.set(x.data.subarray(block * length, (block + 1) * length), at);
        at += length;
      }
    }
    return [result];
  },
  derivative: {
    // One Slice per input: those that nobody asks for vanish, where a Split would copy them all.
    vjp: ({ inputs, attributes }, [cotangent]) => {
      if (!cotangent) return [];
      const axis = normaliseAxis(int(attributes, "axis"), cotangent.rank);
      let start = 0;
      return inputs.map((_, i) => {
        const length = required(inputs, i).shape[axis];
        start += length;
        return length === cotangent.shape[axis] ? cotangent : cotangent.slice([start - length], [start], [axis]);
      });
    },
    jvp: linearJvp(({ inputs }) => range(inputs.length)),
  },
};

/** The lengths of the parts along the axis. */
function partsOf(dim: number, given: readonly number[] | undefined, attributes: Attributes, outputs: number): number[] {
  const count = attributes.num_outputs === undefined ? undefined : int(attributes, "num_outputs");
  if (given === undefined) {
    if (count === undefined) throw new Error("neither split nor num_outputs says into which parts");
    if (count !== outputs) throw new Error(`num_outputs is ${count}, but ${outputs} outputs are wanted`);
    const length = Math.ceil(dim / count);
    const last = dim - length * (count - 1);
    // ONNX Runtime would not make an empty last part.
    if (last < 1) throw new Error(`${dim} elements do not make ${count - 1} parts of ${length} and a rest`);
    return [...new Array<number>(count - 1).fill(length), last];
  }
  if (count !== undefined) throw new Error("both split and num_outputs are given");
  if (given.length !== outputs) throw new Error(`split has ${given.length} parts, but ${outputs} outputs are wanted`);
  const total = dims(given, "split").reduce((sum, length) => sum + length, 0);
  if (total !== dim) throw new Error(`the parts ${formatShape(given)} add up to ${total}, the axis has ${dim}`);
  return [...given];
}

const split: OpDefinition = {
  name: "Split",
  attributes: { axis: { kind: "int", default: 0 }, num_outputs: { kind: "int" } },
  staticInputs: [1],
  infer: (inputs, attributes, outputs) => {
    const { dtype, shape, rank } = required(inputs, 0);
    const axis = normaliseAxis(int(attributes, "axis"), rank);
    const parts = partsOf(shape[axis], optionalIntegers(inputs, 1, "split"), attributes, outputs);
    return parts.map((length) => ({ dtype, shape: shape.with(axis, length) }));
  },
  evaluate: ([x], attributes, types) => {
    if (!x) return [];
    const axis = normaliseAxis(int(attributes, "axis"), x.shape.length);
    const coordinates = x.shape.map((dim) => range(dim));
    let start = 0;
    return types.map(({ shape }) => {
      start += shape[axis];
      const part = coordinates[axis].slice(start - shape[axis], start);
      return pick(x, gridIndices(x.shape, coordinates.with(axis, part)));
    });
  },
  derivative: {
    vjp: (call, cotangents) => {
      const parts = call.outputs.map((output, i) => cotangents[i] ?? zerosLike(call, output));
      return [call.emit("Concat", parts, { axis: int(call.attributes, "axis") })];
    },
    jvp: linearJvp(() => [0]),
  },
};

const tile: OpDefinition = {
  name: "Tile",
  staticInputs: [1],
  infer: (inputs) => {
    const { dtype, shape } = required(inputs, 0);
    const repeats = integers(inputs, 1, "repeats");
    if (repeats.length !== shape.length) {
      throw new Error(`${repeats.length} repeats for an input of rank ${shape.length}`);
    }
    const negative = repeats.find((count) => count < 0);
    if (negative !== undefined) throw new Error(`${negative} repeats`);
    return [{ dtype, shape: shape.map((dim, i) => dim * repeats[i]) }];
  },
  evaluate: ([x], _attributes, [type]) => {
    if (!x) return [];
    const coordinates = type.shape.map((dim, axis) => range(dim).map((k) => k % x.shape[axis]));
    return [pick(x, gridIndices(x.shape, coordinates))];
  },
  derivative: {
    // With the repeats as axes of their own, their sum: one at a time, which the runtime does faster than several at once.
    vjp: ({ inputs }, [cotangent]) => {
      const { shape } = required(inputs, 0);
      const repeats = known(inputs, 1) ?? [];
      if (!cotangent || sizeOf(cotangent.shape) === 0) return [];
      const repeated = range(shape.length).filter((axis) => repeats[axis] > 1);
      const apart = shape.flatMap((dim, axis) => (repeats[axis] > 1 ? [repeats[axis], dim] : [dim]));
      return [repeated.reduce((rest, axis) => rest.sum(axis), reshapeTo(cotangent, apart))];
    },
    jvp: linearJvp(() => [0]),
  },
};

export const arrangeOps = table(transpose, concat, split, tile);
