/** @file Normalisations without parameters: to Lp norm 1, and to mean 0 and deviation 1. */

import { isFloat } from "../dtype.ts";
import {
  type AttributeSpec,
  type Attributes,
  type Call,
  int,
  ints,
  normaliseAxis,
  type OpDefinition,
  required,
  table,
} from "../op.ts";
import type { Shape } from "../tensor.ts";
import type { Value } from "../value.ts";
import { groupSize, mapGroups, sum } from "./groups.ts";
import { distinctAxes } from "./known.ts";
import { inverseOrZero, sumAlong } from "./reduce.ts";
import { meanAlong, moments } from "./standardise.ts";

interface Plain {
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  /** Checks the attributes and says which axes make a group. */
  readonly axes: (shape: Shape, attributes: Attributes) => readonly number[];
  readonly of: (group: Float64Array, attributes: Attributes) => ArrayLike<number>;
  readonly forward: (call: Call, t: Value, axes: readonly number[]) => Value;
  readonly reverse: (call: Call, t: Value, axes: readonly number[]) => Value;
}

function plain(name: string, { attributes, axes, of, forward, reverse }: Plain): OpDefinition {
  const apply = (rule: Plain["forward"], call: Call, t: Value | undefined) =>
    t ? [rule(call, t, axes(t.shape, call.attributes))] : [];
  return {
    name,
    attributes,
    infer: (inputs, given) => {
      const x = required(inputs, 0);
      if (!isFloat(x.dtype)) throw new Error(`elements are ${x.dtype}; floats are needed`);
      if (groupSize(x.shape, axes(x.shape, given)) === 0) throw new Error("there are no elements to normalise over");
      return [x];
    },
    evaluate: ([x], given) => (x ? [mapGroups(x, axes(x.shape, given), (group) => of(group, given))] : []),
    derivative: {
      vjp: (call, [cotangent]) => apply(reverse, call, cotangent),
      jvp: (call, [tangent]) => apply(forward, call, tangent),
    },
  };
}

/** For y = x/‖x‖: 1/‖x‖ (0 for the zero vector), and the norm's gradient. */
function lpParts(call: Call, axes: readonly number[]) {
  const [x, y] = [call.inputs[0] as Value, call.outputs[0]];
  const absolute = int(call.attributes, "p") === 1;
  const norm = call.emit(absolute ? "ReduceL1" : "ReduceL2", [x, call.constant(axes, "int64")], { keepdims: 1 });
  return { y, inverse: inverseOrZero(norm), gradient: absolute ? x.sign() : y };
}

const lp: Plain = {
  attributes: { axis: { kind: "int", default: -1 }, p: { kind: "int", default: 2 } },
  axes: (shape, attributes) => {
    const p = int(attributes, "p");
    if (p !== 1 && p !== 2) throw new Error(`p is ${p}, not 1 or 2`);
    return [normaliseAxis(int(attributes, "axis"), shape.length)];
  },
  of: (group, attributes) => {
    const absolute = int(attributes, "p") === 1;
    const norm = absolute ? sum(group.map(Math.abs)) : Math.sqrt(sum(group.map((v) => v * v)));
    return group.map((v) => (norm === 0 ? 0 : v / norm));
  },
  forward: (call, t, axes) => {
    const { y, inverse, gradient } = lpParts(call, axes);
    return t.sub(y.mul(sumAlong(call, gradient.mul(t), axes))).mul(inverse);
  },
  reverse: (call, t, axes) => {
    const { y, inverse, gradient } = lpParts(call, axes);
    return t.sub(gradient.mul(sumAlong(call, y.mul(t), axes))).mul(inverse);
  },
};

/** Added to the deviation by the standard, so that a constant group becomes zeros. */
const deviationFloor = 1e-9;

/** For y = (x − μ)/(σ + floor), with x̂ = (x − μ)/σ: ∂y = (t − mean t − x̂·mean(y·t))/(σ + floor), a symmetric matrix. */
function alongMeanVariance(call: Call, t: Value, axes: readonly number[]): Value {
  const [x, y] = [call.inputs[0] as Value, call.outputs[0]];
  const centre = x.sub(meanAlong(call, x, axes));
  const deviation = meanAlong(call, centre.mul(centre), axes).sqrt();
  const normal = centre.mul(inverseOrZero(deviation));
  const moved = t.sub(meanAlong(call, t, axes)).sub(normal.mul(meanAlong(call, y.mul(t), axes)));
  return moved.div(deviation.add(deviationFloor));
}

const meanVariance: Plain = {
  attributes: { axes: { kind: "ints", default: [0, 2, 3] } },
  axes: (shape, attributes) => distinctAxes(ints(attributes, "axes"), shape.length),
  of: (group) => {
    const { mean, variance } = moments(group);
    return group.map((v) => (v - mean) / (Math.sqrt(variance) + deviationFloor));
  },
  forward: alongMeanVariance,
  reverse: alongMeanVariance,
};

export const plainNormaliseOps = table(plain("LpNormalization", lp), plain("MeanVarianceNormalization", meanVariance));
