/** @file Softmax along an axis, its logarithm, and the one-hot of the largest. */

import { isFloat } from "../dtype.ts";
import { type Attributes, type Call, int, normaliseAxis, type OpDefinition, required, table } from "../op.ts";
import type { Value } from "../value.ts";
import { logSumExp, mapGroups } from "./groups.ts";
import { sumAlong } from "./reduce.ts";

/** ∂y/∂x (forward) or its transpose (reverse) applied to a direction, from y alone; `sum` is along the axis. */
type Slope = (t: Value, y: Value, sum: (v: Value) => Value) => Value;

interface Along {
  readonly of: (group: Float64Array) => ArrayLike<number>;
  /** None: zero almost everywhere. */
  readonly derivative?: { readonly forward: Slope; readonly reverse: Slope };
}

const axisOf = (attributes: Attributes, rank: number): number => normaliseAxis(int(attributes, "axis"), rank);

/** An op that makes something of each line along `axis`. */
function along(name: string, { of, derivative }: Along): OpDefinition {
  const apply = (slope: Slope, call: Call, direction: Value | undefined) => {
    if (!direction) return [];
    const y = call.outputs[0];
    return [slope(direction, y, (v) => sumAlong(call, v, [axisOf(call.attributes, y.rank)]))];
  };
  return {
    name,
    attributes: { axis: { kind: "int", default: -1 } },
    infer: (inputs, attributes) => {
      const x = required(inputs, 0);
      if (!isFloat(x.dtype)) throw new Error(`elements are ${x.dtype}; floats are needed`);
      axisOf(attributes, x.rank);
      return [x];
    },
    evaluate: ([x], attributes) => (x ? [mapGroups(x, [axisOf(attributes, x.shape.length)], of)] : []),
    derivative: derivative
      ? {
          vjp: (call, [cotangent]) => apply(derivative.reverse, call, cotangent),
          jvp: (call, [tangent]) => apply(derivative.forward, call, tangent),
        }
      : "zero",
  };
}

/** diag(y) − y·yᵀ is symmetric: one rule for both directions. */
const softmaxSlope: Slope = (t, y, sum) => y.mul(t.sub(sum(y.mul(t))));

function softmax(group: Float64Array): Float64Array {
  const norm = logSumExp(group);
  return group.map((v) => Math.exp(v - norm));
}

/** 1 at the first of the largest, 0 elsewhere. */
function hardmax(group: Float64Array): Float64Array {
  const first = group.indexOf(group.reduce((a, b) => Math.max(a, b), -Infinity));
  return group.map((_, i) => (i === first ? 1 : 0));
}

export const softmaxOps = table(
  along("Softmax", { of: softmax, derivative: { forward: softmaxSlope, reverse: softmaxSlope } }),
  along("LogSoftmax", {
    of: (group) => {
      const norm = logSumExp(group);
      return group.map((v) => v - norm);
    },
    derivative: {
      forward: (t, y, sum) => t.sub(sum(y.exp().mul(t))),
      reverse: (t, y, sum) => t.sub(y.exp().mul(sum(t))),
    },
  }),
  along("Hardmax", { of: hardmax }),
);
