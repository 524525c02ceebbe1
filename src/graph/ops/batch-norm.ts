/** @file BatchNormalization: by given statistics (inference), or by those of the batch (training). */

import { broadcastIndices, expandTo } from "../broadcast.ts";
import { isFloat } from "../dtype.ts";
import {
  type Attributes,
  type Call,
  type Derivative,
  type HostArray,
  int,
  type JvpRule,
  type OpDefinition,
  required,
  table,
  type VjpRule,
} from "../op.ts";
import { formatShape, type Shape, sameShape } from "../tensor.ts";
import type { Value } from "../value.ts";
import { foldGroups, groupSize } from "./groups.ts";
import { sumAlong } from "./reduce.ts";
import { sumOf } from "./rules.ts";
import { reshapeTo } from "./shape.ts";
import { alongStandardised, meanAlong, moments, standardise } from "./standardise.ts";

const inputNames = ["scale", "bias", "mean", "variance"];

const training = (attributes: Attributes): boolean => int(attributes, "training_mode") === 1;

/** [N, C, …], or [N] with one channel. */
const channels = (shape: Shape): number => (shape.length > 1 ? shape[1] : 1);

/** The axes over which a channel's statistics go: all but the second. */
const batchAxes = (shape: Shape): number[] => shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));

/** The shape in which one number per channel meets x. */
const meets = (shape: Shape): number[] => shape.map((dim, axis) => (axis === 1 ? dim : 1));

interface Parts {
  readonly x: Value;
  readonly axes: readonly number[];
  /** Scale, and the given mean and variance, ready to meet x. */
  readonly scale: Value;
  readonly mean: Value;
  readonly variance: Value;
  readonly spread: (perChannel: Value) => Value;
  /** Sum over all but the channel: one number per channel. */
  readonly collect: (value: Value) => Value;
}

function partsOf(call: Call): Parts {
  const [x, scale, , mean, variance] = call.inputs as readonly Value[];
  const axes = batchAxes(x.shape);
  const spread = (perChannel: Value) => reshapeTo(perChannel, meets(x.shape));
  const collect = (value: Value) => reshapeTo(sumAlong(call, value, axes), scale.shape);
  return { x, axes, scale: spread(scale), mean: spread(mean), variance: spread(variance), spread, collect };
}

const inverseDeviation = (call: Call, variance: Value): Value =>
  variance.add(int(call.attributes, "epsilon")).sqrt().reciprocal();

// Inference: y = s·(x − μ)/√(σ² + ε) + b, with μ and σ² given.

const inferenceVjp: VjpRule = (call, [t]) => {
  if (!t) return [];
  const { x, scale, mean, variance, collect } = partsOf(call);
  const inverse = inverseDeviation(call, variance);
  const slope = scale.mul(inverse);
  const total = collect(t);
  const onCentre = collect(t.mul(x.sub(mean)));
  const flat = (value: Value) => reshapeTo(value, onCentre.shape);
  return [
    t.mul(slope),
    onCentre.mul(flat(inverse)),
    total,
    total.mul(flat(slope)).neg(),
    onCentre.mul(flat(slope.mul(inverse).mul(inverse).mul(-0.5))),
  ];
};

const inferenceJvp: JvpRule = (call, [tx, tscale, tbias, tmean, tvariance]) => {
  const { x, scale, mean, variance, spread } = partsOf(call);
  const inverse = inverseDeviation(call, variance);
  const slope = scale.mul(inverse);
  const centre = x.sub(mean);
  const terms: Value[] = [];
  if (tx) terms.push(tx.mul(slope));
  if (tscale) terms.push(centre.mul(inverse.mul(spread(tscale))));
  if (tbias) terms.push(expandTo(spread(tbias), x.shape));
  if (tmean) terms.push(expandTo(slope.mul(spread(tmean)).neg(), x.shape));
  if (tvariance) terms.push(centre.mul(slope.mul(inverse).mul(inverse).mul(-0.5).mul(spread(tvariance))));
  return [sumOf(terms)];
};

// Training: μ and σ² are the batch's own; the running ones are m·running + (1 − m)·batch.

const trainingVjp: VjpRule = (call, [t, tmean, tvariance]) => {
  const { x, axes, scale, spread, collect } = partsOf(call);
  const momentum = int(call.attributes, "momentum");
  const s = standardise(call, x, axes, int(call.attributes, "epsilon"));
  const size = groupSize(x.shape, axes);
  const batchShare = (cotangent: Value) =>
    spread(cotangent)
      .mul(1 - momentum)
      .div(size);
  const terms: Value[] = [];
  if (t) terms.push(alongStandardised(call, s, t.mul(scale)));
  if (tmean) terms.push(expandTo(batchShare(tmean), x.shape));
  if (tvariance) terms.push(x.sub(s.mean).mul(batchShare(tvariance).mul(2)));
  return [sumOf(terms), t && collect(t.mul(s.normal)), t && collect(t), tmean?.mul(momentum), tvariance?.mul(momentum)];
};

const trainingJvp: JvpRule = (call, [tx, tscale, tbias, tmean, tvariance]) => {
  const { x, axes, scale, spread } = partsOf(call);
  const momentum = int(call.attributes, "momentum");
  const s = standardise(call, x, axes, int(call.attributes, "epsilon"));
  const y: Value[] = [];
  if (tx) y.push(alongStandardised(call, s, tx).mul(scale));
  if (tscale) y.push(s.normal.mul(spread(tscale)));
  if (tbias) y.push(expandTo(spread(tbias), x.shape));
  const running = (before: Value | undefined, batch: Value | undefined) =>
    sumOf([
      ...(before ? [before.mul(momentum)] : []),
      ...(batch ? [reshapeTo(batch.mul(1 - momentum), [channels(x.shape)])] : []),
    ]);
  return [
    sumOf(y),
    running(tmean, tx && meanAlong(call, tx, axes)),
    running(tvariance, tx && meanAlong(call, x.sub(s.mean).mul(tx), axes).mul(2)),
  ];
};

const derivative: Derivative = {
  vjp: (call, cotangents) => (training(call.attributes) ? trainingVjp : inferenceVjp)(call, cotangents),
  jvp: (call, tangents) => (training(call.attributes) ? trainingJvp : inferenceJvp)(call, tangents),
};

function evaluate(inputs: readonly (HostArray | undefined)[], attributes: Attributes): Float64Array[] {
  const [x, scale, bias, givenMean, givenVariance] = inputs as readonly HostArray[];
  const axes = batchAxes(x.shape);
  const own = training(attributes);
  const mean = own ? foldGroups(x, axes, (group) => moments(group).mean) : givenMean.data;
  const variance = own ? foldGroups(x, axes, (group) => moments(group).variance) : givenVariance.data;
  const inverse = variance.map((v) => 1 / Math.sqrt(v + int(attributes, "epsilon")));
  const channel = broadcastIndices(meets(x.shape), x.shape);
  const result = x.data.map((v, i) => {
    const c = channel[i];
    return (v - mean[c]) * inverse[c] * scale.data[c] + bias.data[c];
  });
  if (!own) return [result];
  const momentum = int(attributes, "momentum");
  const running = (before: HostArray, batch: Float64Array) =>
    before.data.map((v, c) => v * momentum + batch[c] * (1 - momentum));
  return [result, running(givenMean, mean), running(givenVariance, variance)];
}

const batchNormalization: OpDefinition = {
  name: "BatchNormalization",
  attributes: {
    epsilon: { kind: "float", default: 1e-5 },
    momentum: { kind: "float", default: 0.9 },
    training_mode: { kind: "int", default: 0 },
  },
  infer: (inputs, attributes, outputs) => {
    const x = required(inputs, 0);
    if (!isFloat(x.dtype)) throw new Error(`elements are ${x.dtype}; floats are needed`);
    if (x.rank === 0) throw new Error("the input is a scalar");
    const perChannel = [channels(x.shape)];
    const given = inputNames.map((what, i) => {
      const value = required(inputs, i + 1);
      if (!isFloat(value.dtype)) throw new Error(`${what} is ${value.dtype}; floats are needed`);
      if (!sameShape(value.shape, perChannel))
        throw new Error(`${what} has shape ${formatShape(value.shape)}, not ${formatShape(perChannel)}`);
      return value;
    });
    const count = training(attributes) ? 3 : 1;
    if (outputs !== count) throw new Error(`training_mode ${count === 3 ? 1 : 0} has ${count} outputs, not ${outputs}`);
    if (count === 3 && groupSize(x.shape, batchAxes(x.shape)) === 0)
      throw new Error("there are no elements to normalise over");
    return count === 1 ? [x] : [x, given[2], given[3]];
  },
  evaluate,
  derivative,
};

export const batchNormOps = table(batchNormalization);
