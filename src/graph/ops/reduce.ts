/** @file Reductions: one number from each group of elements along axes, and the position of the largest or smallest. */

import { isFloat } from "../dtype.ts";
import {
  type AttributeSpec,
  type Attributes,
  type Call,
  int,
  known,
  normaliseAxis,
  type OpDefinition,
  required,
  table,
} from "../op.ts";
import { type Shape, sameShape } from "../tensor.ts";
import type { Value } from "../value.ts";
import { productOfOthers } from "./exclusive-product.ts";
import { droppedShape, foldGroups, groupSize, keptShape, logSumExp, sum } from "./groups.ts";
import { distinctAxes, optionalIntegers } from "./known.ts";
import { reshapeTo } from "./shape.ts";

/**
 * ∂y/∂x as a product of two factors; none stands for 1. `full` has the shape of x; `kept` multiplies a value of the shape
 * of y, with the reduced axes kept as 1.
 */
interface Slope {
  readonly full?: Value;
  readonly kept?: (t: Value) => Value;
}

/** @param y the result with the reduced axes kept as 1 */
type SlopeRule = (x: Value, y: Value, axes: readonly number[], call: Call) => Slope;

interface Reduction {
  /** The result for one group of elements. */
  readonly of: (group: Float64Array) => number;
  readonly slope: SlopeRule;
  /** Also for int8, uint8 and bool. */
  readonly ordering?: boolean;
  /** What an empty group lacks, for ops that are not defined on one. */
  readonly needsElements?: string;
}

const flag = (value: number): AttributeSpec => ({ kind: "int", default: value });

/** The axes that a Reduce op reduces: all when none are given, unless that is said to mean none. */
function reducedAxes(shape: Shape, axes: readonly number[] | undefined, attributes: Attributes): number[] {
  if (axes !== undefined && axes.length > 0) return distinctAxes(axes, shape.length);
  return int(attributes, "noop_with_empty_axes") === 1 ? [] : shape.map((_, axis) => axis);
}

function resultShape(shape: Shape, axes: readonly number[], attributes: Attributes): number[] {
  return int(attributes, "keepdims") === 1 ? keptShape(shape, axes) : droppedShape(shape, axes);
}

/** Sum along axes, kept as 1. */
export function sumAlong(call: Call, value: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return value;
  return call.emit("ReduceSum", [value, call.constant(axes, "int64")], { keepdims: 1 });
}

function reduction(name: string, { of, slope, ordering, needsElements }: Reduction): OpDefinition {
  const parts = (call: Call) => {
    const x = call.inputs[0] as Value;
    const axes = reducedAxes(x.shape, known(call.inputs, 1), call.attributes);
    const kept = keptShape(x.shape, axes);
    return { x, axes, kept, slope: slope(x, reshapeTo(call.outputs[0], kept), axes, call) };
  };
  return {
    name,
    attributes: { keepdims: flag(1), noop_with_empty_axes: flag(0) },
    staticInputs: [1],
    infer: (inputs, attributes) => {
      const { dtype, shape } = required(inputs, 0);
      if (!isFloat(dtype) && dtype !== "int32" && dtype !== "int64" && !ordering)
        throw new Error(`elements are ${dtype}; floats, int32 or int64 are needed`);
      const axes = reducedAxes(shape, optionalIntegers(inputs, 1, "axes"), attributes);
      const empty = axes.find((axis) => shape[axis] === 0);
      if (needsElements !== undefined && empty !== undefined)
        throw new Error(`axis ${empty} has no elements: ${needsElements}`);
      return [{ dtype, shape: resultShape(shape, axes, attributes) }];
    },
    evaluate: ([x, axes], attributes, [type]) => {
      if (x === undefined) return [];
      const along = reducedAxes(x.shape, axes && Array.from(axes.data), attributes);
      const result = foldGroups(x, along, of);
      return [isFloat(type.dtype) ? result : result.map(Math.trunc)];
    },
    derivative: {
      vjp: (call, [cotangent]) => {
        if (!cotangent) return [];
        const { x, kept, slope } = parts(call);
        const t = reshapeTo(cotangent, kept);
        const scaled = slope.kept ? slope.kept(t) : t;
        return [slope.full ? slope.full.mul(scaled) : sameShape(kept, x.shape) ? scaled : scaled.expand(x.shape)];
      },
      jvp: (call, [tangent]) => {
        if (!tangent) return [];
        const { axes, slope } = parts(call);
        const total = sumAlong(call, slope.full ? tangent.mul(slope.full) : tangent, axes);
        return [reshapeTo(slope.kept ? slope.kept(total) : total, call.outputs[0].shape)];
      },
    },
  };
}

/** The derivative goes to the elements that attain the extreme, in equal parts. */
const attaining: SlopeRule = (x, y, axes, call) => {
  const hit = x.equal(y).cast(x.dtype);
  const ties = sumAlong(call, hit, axes);
  return { full: hit, kept: (t) => t.div(ties) };
};

const extreme = (pick: (...values: number[]) => number, start: number) => (group: Float64Array) => {
  let best = start;
  for (const value of group) best = pick(best, value);
  return best;
};

/** 1/norm, and 0 for the zero vector: the smallest subgradient there. */
export const inverseOrZero = (norm: Value): Value => {
  const zero = norm.equal(0);
  return zero.where(norm.tracer.lift(0, norm.dtype), zero.where(norm.tracer.lift(1, norm.dtype), norm).reciprocal());
};

const squares = (group: Float64Array): number => sum(group.map((v) => v * v));

/** exp(x − y); where all elements are −∞ the difference would be NaN, and nothing depends on them. */
const softmaxSlope: SlopeRule = (x, y) => ({
  full: x.sub(y.op("IsInf").where(y.tracer.lift(0, y.dtype), y)).exp(),
});

/** ArgMax and ArgMin. */
function position(name: string, better: (a: number, b: number) => boolean): OpDefinition {
  return {
    name,
    attributes: { axis: flag(0), keepdims: flag(1), select_last_index: flag(0) },
    infer: (inputs, attributes) => {
      const { dtype, shape } = required(inputs, 0);
      if (dtype === "bool") throw new Error("elements are bool; numbers are needed");
      const axis = normaliseAxis(int(attributes, "axis"), shape.length);
      if (shape[axis] === 0) throw new Error(`axis ${axis} has no elements to choose from`);
      return [{ dtype: "int64", shape: resultShape(shape, [axis], attributes) }];
    },
    evaluate: ([x], attributes) => {
      if (x === undefined) return [];
      const axis = normaliseAxis(int(attributes, "axis"), x.shape.length);
      const last = int(attributes, "select_last_index") === 1;
      return [
        foldGroups(x, [axis], (group) => {
          let best = 0;
          for (let k = 1; k < group.length; k++)
            if (better(group[k], group[best]) || (last && group[k] === group[best])) best = k;
          return best;
        }),
      ];
    },
    derivative: "zero",
  };
}

export const reduceOps = table(
  reduction("ReduceSum", { of: sum, slope: () => ({}) }),
  reduction("ReduceMean", {
    of: (group) => sum(group) / group.length,
    slope: (x, _y, axes) => ({ kept: (t) => t.div(groupSize(x.shape, axes)) }),
    needsElements: "there is no mean",
  }),
  reduction("ReduceMax", {
    of: extreme(Math.max, -Infinity),
    slope: attaining,
    ordering: true,
    needsElements: "there is no maximum",
  }),
  reduction("ReduceMin", {
    of: extreme(Math.min, Infinity),
    slope: attaining,
    ordering: true,
    needsElements: "there is no minimum",
  }),
  reduction("ReduceProd", {
    of: (group) => group.reduce((product, v) => product * v, 1),
    slope: (x, _y, axes, call) => ({ full: productOfOthers(call, x, axes) }),
  }),
  reduction("ReduceL1", { of: (group) => sum(group.map(Math.abs)), slope: (x) => ({ full: x.sign() }) }),
  reduction("ReduceL2", {
    of: (group) => Math.sqrt(squares(group)),
    slope: (x, y) => ({ full: x, kept: (t) => t.mul(inverseOrZero(y)) }),
  }),
  reduction("ReduceSumSquare", { of: squares, slope: (x) => ({ full: x, kept: (t) => t.mul(2) }) }),
  reduction("ReduceLogSum", {
    of: (group) => Math.log(sum(group)),
    slope: (_x, y) => ({ kept: (t) => t.mul(y.neg().exp()) }),
  }),
  reduction("ReduceLogSumExp", { of: logSumExp, slope: softmaxSlope }),
  position("ArgMax", (a, b) => a > b),
  position("ArgMin", (a, b) => a < b),
);
