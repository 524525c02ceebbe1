/** @file Normalisations of each example by itself: layer, RMS, instance and group normalisation. */

import { broadcastIndices, expandTo, unbroadcast } from "../broadcast.ts";
import { isFloat } from "../dtype.ts";
import {
  type AttributeSpec,
  type Attributes,
  type Call,
  int,
  normaliseAxis,
  type OpDefinition,
  required,
  table,
} from "../op.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { foldGroups, groupSize, keptShape, mapGroups } from "./groups.ts";
import { sumOf } from "./rules.ts";
import { reshapeTo } from "./shape.ts";
import { alongStandardised, meanAlong, moments, rootMeanSquared, type Standardised } from "./standardise.ts";

/** How x falls into groups, and where scale and bias meet it. */
interface Layout {
  /** x is standardised in this shape, over all axes from `axis` on. */
  readonly view: Shape;
  readonly axis: number;
  /** Shape of scale and bias, and the same with axes of 1, so that it broadcasts to x. */
  readonly affine: Shape;
  readonly meets: Shape;
}

interface Normalisation {
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  readonly layout: (shape: Shape, attributes: Attributes) => Layout;
  /** Whether the mean is taken off. */
  readonly centred: boolean;
  /** Outputs behind the result, in order. */
  readonly statistics: readonly ("mean" | "inverse")[];
}

const epsilon: AttributeSpec = { kind: "float", default: 1e-5 };
const stashType: AttributeSpec = { kind: "int", default: 1 };

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);

/** x̂ by the runtime's fused kernel, which also gives the inverse deviation. */
function standardised(call: Call, view: Value, axis: number, centred: boolean): Standardised {
  const axes = range(axis, view.rank);
  const epsilon = int(call.attributes, "epsilon");
  // The fused kernel of RMS normalisation gives its statistic, too, but ONNX Runtime 1.30 takes it for one of the shape of x.
  if (!centred) return rootMeanSquared(call, view, axes, epsilon);
  const ones = call.constant(1, view.dtype, view.shape.slice(axis));
  const [normal, , inverse] = call.emitAll("LayerNormalization", [view, ones], { axis, epsilon }, 3);
  return { normal, inverse: inverse.cast(view.dtype), axes, centred };
}

function normalisation(name: string, { attributes, layout, centred, statistics }: Normalisation): OpDefinition {
  const parts = (call: Call) => {
    const [x, scale, bias] = call.inputs as readonly [Value, Value, Value | undefined];
    const { view, axis, meets } = layout(x.shape, call.attributes);
    const inView = (value: Value) => reshapeTo(value, view);
    return { x, scale, bias, meets, inView, parts: standardised(call, inView(x), axis, centred) };
  };
  const moment = (group: Float64Array, epsilon: number) => {
    const { mean, variance } = moments(group);
    const spread = centred ? variance : variance + mean * mean;
    return { mean: centred ? mean : 0, inverse: 1 / Math.sqrt(spread + epsilon) };
  };
  return {
    name,
    attributes,
    infer: (inputs, given, outputs) => {
      const [x, scale, bias] = [required(inputs, 0), required(inputs, 1), inputs[2]];
      if (!isFloat(x.dtype)) throw new Error(`elements are ${x.dtype}; floats are needed`);
      if (given.stash_type !== undefined && int(given, "stash_type") !== 1)
        throw new Error(`stash_type ${int(given, "stash_type")} is not supported, only 1 (float32)`);
      if (outputs > 1 + statistics.length) throw new Error(`has ${1 + statistics.length} outputs, not ${outputs}`);
      const { view, axis, affine } = layout(x.shape, given);
      if (groupSize(view, range(axis, view.length)) === 0) throw new Error("there are no elements to normalise over");
      for (const [what, value] of [
        ["scale", scale],
        ["bias", bias],
      ] as const) {
        if (value === undefined) continue;
        if (value.dtype !== x.dtype) throw new Error(`${what} is ${value.dtype}, the input ${x.dtype}`);
        if (!sameShape(value.shape, affine))
          throw new Error(`${what} has shape ${formatShape(value.shape)}, not ${formatShape(affine)}`);
      }
      const kept = { dtype: "float32", shape: keptShape(view, range(axis, view.length)) } as const;
      return [x, ...statistics.map(() => kept)];
    },
    evaluate: ([x, scale, bias], given) => {
      if (!x || !scale) return [];
      const { view, axis, meets } = layout(x.shape, given);
      const axes = range(axis, view.length);
      const inView = { shape: view, data: x.data };
      const at = broadcastIndices(meets, x.shape);
      const result = mapGroups(inView, axes, (group) => {
        const { mean, inverse } = moment(group, int(given, "epsilon"));
        return group.map((v) => (v - mean) * inverse);
      });
      return [
        result.map((v, i) => v * scale.data[at[i]] + (bias?.data[at[i]] ?? 0)),
        ...statistics.map((which) => foldGroups(inView, axes, (group) => moment(group, int(given, "epsilon"))[which])),
      ];
    },
    derivative: {
      vjp: (call, [toResult, ...toStatistics]) => {
        const { x, scale, bias, meets, inView, parts: s } = parts(call);
        const { normal, inverse, axes } = s;
        const size = groupSize(normal.shape, axes);
        const terms: Value[] = [];
        if (toResult) terms.push(alongStandardised(call, s, inView(toResult.mul(reshapeTo(scale, meets)))));
        for (const [i, t] of toStatistics.entries()) {
          const spread = t?.cast(x.dtype).div(size);
          if (spread && statistics[i] === "mean") terms.push(expandTo(spread, normal.shape));
          // ∂(1/√(σ² + ε))/∂x = −x̂/(σ² + ε)/n
          if (spread && statistics[i] === "inverse") terms.push(normal.mul(inverse.mul(inverse).mul(spread).neg()));
        }
        const total = sumOf(terms);
        const collect = (value: Value, like: Value) => reshapeTo(unbroadcast(call, value, meets), like.shape);
        return [
          total && reshapeTo(total, x.shape),
          toResult && collect(toResult.mul(reshapeTo(normal, x.shape)), scale),
          toResult && bias && collect(toResult, bias),
        ];
      },
      jvp: (call, [tx, tscale, tbias]) => {
        const { x, scale, meets, inView, parts: s } = parts(call);
        const { normal, inverse, axes } = s;
        const terms: Value[] = [];
        if (tx) terms.push(reshapeTo(alongStandardised(call, s, inView(tx)), x.shape).mul(reshapeTo(scale, meets)));
        if (tscale) terms.push(reshapeTo(normal, x.shape).mul(reshapeTo(tscale, meets)));
        if (tbias) terms.push(expandTo(reshapeTo(tbias, meets), x.shape));
        const moved = statistics.map((which) => {
          if (!tx) return undefined;
          const t = inView(tx);
          if (which === "mean") return meanAlong(call, t, axes).cast("float32");
          return meanAlong(call, normal.mul(t), axes).mul(inverse.mul(inverse)).neg().cast("float32");
        });
        return [sumOf(terms), ...moved];
      },
    },
  };
}

/** The axes from `axis` on are one group; scale and bias have their shape. */
function trailing(shape: Shape, attributes: Attributes): Layout {
  const axis = normaliseAxis(int(attributes, "axis"), shape.length);
  const affine = shape.slice(axis);
  return { view: shape, axis, affine, meets: affine };
}

/** [N, C, …] with scale and bias per channel. */
function perChannel(shape: Shape, view: Shape): Layout {
  if (shape.length < 3) throw new Error(`the input is [N, C, …] of rank 3 or more, not of rank ${shape.length}`);
  return { view, axis: 2, affine: [shape[1]], meets: [shape[1], ...shape.slice(2).map(() => 1)] };
}

function inGroups(shape: Shape, attributes: Attributes): Layout {
  if (attributes.num_groups === undefined) throw new Error('attribute "num_groups" is missing');
  const groups = int(attributes, "num_groups");
  if (groups < 1 || shape[1] % groups !== 0)
    throw new Error(`${shape[1] ?? "no"} channels do not fall into ${groups} equal groups`);
  // ONNX Runtime fails on an empty batch.
  if (shape.includes(0)) throw new Error("there are no elements to normalise over");
  return perChannel(shape, [shape[0], groups, (shape[1] / groups) * sizeOf(shape.slice(2))]);
}

export const normaliseOps = table(
  normalisation("LayerNormalization", {
    attributes: { axis: { kind: "int", default: -1 }, epsilon, stash_type: stashType },
    layout: trailing,
    centred: true,
    statistics: ["mean", "inverse"],
  }),
  // Not of the standard, but of ONNX Runtime (in the standard's domain): what its exports of Llama models hold.
  normalisation("SimplifiedLayerNormalization", {
    attributes: { axis: { kind: "int", default: -1 }, epsilon, stash_type: stashType },
    layout: trailing,
    centred: false,
    statistics: [],
  }),
  normalisation("InstanceNormalization", {
    attributes: { epsilon },
    layout: (shape) => perChannel(shape, shape),
    centred: true,
    statistics: [],
  }),
  normalisation("GroupNormalization", {
    attributes: { epsilon, num_groups: { kind: "int" }, stash_type: stashType },
    layout: inGroups,
    centred: true,
    statistics: [],
  }),
);
