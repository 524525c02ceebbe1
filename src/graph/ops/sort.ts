/** @file Ops that order elements: TopK, and Unique where the elements are known while tracing. */

import { type Attributes, int, known, normaliseAxis, type OpDefinition, required, table } from "../op.ts";
import { formatShape, type Shape, sizeOf } from "../tensor.ts";
import { groupsAlong } from "./groups.ts";
import { integers } from "./known.ts";
import { range } from "./reindex.ts";
import { zerosLike } from "./rules.ts";

/** TopK(x, k): the k largest (or smallest) elements along an axis in order, and where they stood. Of equal ones the first comes first. */
const topK: OpDefinition = {
  name: "TopK",
  attributes: {
    axis: { kind: "int", default: -1 },
    largest: { kind: "int", default: 1 },
    sorted: { kind: "int", default: 1 },
  },
  staticInputs: [1],
  infer: (inputs, attributes, outputs) => {
    if (outputs !== 2) throw new Error("it has two outputs, values and indices; the standard leaves none out");
    const { dtype, shape, rank } = required(inputs, 0);
    if (dtype === "bool") throw new Error("elements are bool, not numbers");
    const axis = normaliseAxis(int(attributes, "axis"), rank);
    const k = integers(inputs, 1, "k");
    if (k.length !== 1) throw new Error(`k has ${k.length} elements, not 1`);
    if (k[0] < 0 || k[0] > shape[axis]) throw new Error(`k is ${k[0]}, but axis ${axis} has ${shape[axis]} elements`);
    const result = shape.with(axis, k[0]);
    return [
      { dtype, shape: result },
      { dtype: "int64", shape: result },
    ];
  },
  evaluate: ([x], attributes, [type]) => {
    if (!x) return [];
    const axis = normaliseAxis(int(attributes, "axis"), x.shape.length);
    const from = groupsAlong(x.shape, [axis]);
    const to = groupsAlong(type.shape, [axis]);
    const sign = int(attributes, "largest") !== 0 ? -1 : 1;
    const [values, indices] = [new Float64Array(sizeOf(type.shape)), new Float64Array(sizeOf(type.shape))];
    for (const [g, start] of from.starts.entries()) {
      const group = Float64Array.from(from.steps, (step) => x.data[start + step]);
      const order = range(group.length).sort((a, b) => sign * (group[a] - group[b]) || a - b);
      for (const [k, step] of to.steps.entries()) {
        values[to.starts[g] + step] = group[order[k]];
        indices[to.starts[g] + step] = order[k];
      }
    }
    return [values, indices];
  },
  derivative: {
    vjp: (call, [cotangent]) => {
      const x = required(call.inputs, 0);
      if (!cotangent) return [];
      const axis = int(call.attributes, "axis");
      return [call.emit("ScatterElements", [zerosLike(call, x), call.outputs[1], cotangent], { axis })];
    },
    jvp: ({ attributes, outputs, emit }, [tangent]) => [
      tangent && emit("GatherElements", [tangent, outputs[1]], { axis: int(attributes, "axis") }),
    ],
  },
};

/** Unique(x): the distinct elements (or slices along an axis); how many there are must be known while tracing. */
const unique: OpDefinition = {
  name: "Unique",
  attributes: { axis: { kind: "int" }, sorted: { kind: "int", default: 1 } },
  staticInputs: [0],
  infer: (inputs, attributes) => {
    const { dtype, shape } = required(inputs, 0);
    const slices = slicesOf(shape, attributes);
    const { firsts } = distinct(known(inputs, 0) ?? [], slices, attributes);
    const list = (length: number) => ({ dtype: "int64" as const, shape: [length] });
    return [
      { dtype, shape: slices.axis === undefined ? [firsts.length] : shape.with(slices.axis, firsts.length) },
      list(firsts.length),
      list(slices.starts.length),
      list(firsts.length),
    ];
  },
  evaluate: ([x], attributes, [type]) => {
    if (!x) return [];
    const slices = slicesOf(x.shape, attributes);
    const { firsts, inverse } = distinct(x.data, slices, attributes);
    const values = new Float64Array(sizeOf(type.shape));
    const target = slicesOf(type.shape, attributes);
    for (const [i, first] of firsts.entries())
      for (const [k, step] of target.steps.entries())
        values[target.starts[i] + step] = x.data[slices.starts[first] + slices.steps[k]];
    const counts = new Float64Array(firsts.length);
    for (const i of inverse) counts[i]++;
    return [values, Float64Array.from(firsts), Float64Array.from(inverse), counts];
  },
  // Its input is known while tracing, so it never depends on anything.
  derivative: "zero",
};

interface Slices {
  readonly axis: number | undefined;
  /** Element `k` of slice `i` stands at `starts[i] + steps[k]`. */
  readonly starts: Int32Array;
  readonly steps: Int32Array;
}

/** What Unique compares: slices along the axis, or single elements. */
function slicesOf(shape: Shape, attributes: Attributes): Slices {
  if (attributes.axis === undefined) {
    const all = groupsAlong(shape, []);
    return { axis: undefined, ...all };
  }
  const axis = normaliseAxis(int(attributes, "axis"), shape.length);
  if (sizeOf(shape) === 0) throw new Error(`no slices can be compared in ${formatShape(shape)}`);
  const { starts, steps } = groupsAlong(shape, [axis]);
  return { axis, starts: steps, steps: starts };
}

/** The first of each kind of slice, in the order wanted, and for each slice the place of its kind in that order. */
function distinct(data: ArrayLike<number>, { starts, steps }: Slices, attributes: Attributes) {
  const slice = (i: number) => Array.from(steps, (step) => data[starts[i] + step]);
  const kinds = new Map<string, number[]>();
  for (const i of starts.keys()) {
    const key = slice(i).join();
    const members = kinds.get(key);
    if (members) members.push(i);
    else kinds.set(key, [i]);
  }
  const compare = (a: number, b: number) => {
    const [x, y] = [slice(a), slice(b)];
    const k = x.findIndex((value, at) => value !== y[at]);
    return k < 0 ? 0 : x[k] - y[k];
  };
  const groups = [...kinds.values()];
  if (int(attributes, "sorted") !== 0) groups.sort((a, b) => compare(a[0], b[0]));
  const inverse = new Array<number>(starts.length);
  for (const [place, members] of groups.entries()) for (const i of members) inverse[i] = place;
  return { firsts: groups.map((members) => members[0]), inverse };
}

export const sortOps = table(topK, unique);
