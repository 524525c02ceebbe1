/** @file Losses: scalars, means over all examples, in nats where they are of information. */

import { CajalError, formatShape, type Tensor, Value } from "../graph/index.ts";

export interface LossOptions {
  /** How much each example counts (broadcast over the losses of single examples): the mean is Σ w·loss / Σ w. Default: all alike. */
  readonly weights?: Value | Tensor;
}

export interface CrossEntropyOptions extends LossOptions {
  /** ε of label smoothing (Szegedy et al. 2016): the target gives this share to all classes alike. Default 0. */
  readonly smoothing?: number;
}

/**
 * Cross entropy of logits [..., classes] with targets: class numbers [...] (int32 or int64), or distributions [..., classes] (one-hot or soft).
 * @throws CajalError `shape` when the targets fit in neither way
 */
export function crossEntropy(
  logits: Value,
  targets: Value | Tensor,
  { weights, smoothing = 0 }: CrossEntropyOptions = {},
): Value {
  return weightedMean(crossEntropies(logits, targets, smoothing), weights);
}

/** The cross entropy of each example: [...]. */
export function crossEntropies(logits: Value, targets: Value | Tensor, smoothing = 0): Value {
  const target = logits.tracer.lift(targets, logits.dtype);
  const logProbabilities = logits.logSoftmax(-1);
  const exact = surprise(logProbabilities, target);
  if (smoothing === 0) return exact;
  return exact.mul(1 - smoothing).sub(logProbabilities.mean(-1).mul(smoothing));
}

function surprise(logProbabilities: Value, target: Value): Value {
  const { rank, shape } = logProbabilities;
  const classes = target.dtype.startsWith("int");
  if (target.rank !== (classes ? rank - 1 : rank))
    throw new CajalError("shape", `crossEntropy: logits ${formatShape(shape)} and targets ${target} do not fit`, {
      advice: "Targets are integer classes [...], or floats like the logits [..., classes].",
    });
  if (!classes) return logProbabilities.mul(target).sum(-1).neg();
  return logProbabilities
    .op("GatherElements", [target.unsqueeze(-1)], { axis: -1 })
    .squeeze(-1)
    .neg();
}

/** Binary cross entropy of logits with targets in [0, 1] of the same shape: softplus(z) − z·t. */
export function binaryCrossEntropy(logits: Value, targets: Value | Tensor, { weights }: LossOptions = {}): Value {
  return weightedMean(logits.softplus().sub(logits.mul(targets)), weights);
}

/** Mean squared error. */
export function mse(predictions: Value, targets: Value | Tensor, { weights }: LossOptions = {}): Value {
  return weightedMean(predictions.sub(targets).square(), weights);
}

/** Mean absolute error. */
export function mae(predictions: Value, targets: Value | Tensor, { weights }: LossOptions = {}): Value {
  return weightedMean(predictions.sub(targets).abs(), weights);
}

/** Huber's loss (1964): ½e² up to |e| = δ, δ(|e| − ½δ) beyond. δ by default 1. */
export function huber(
  predictions: Value,
  targets: Value | Tensor,
  { weights, delta = 1 }: LossOptions & { readonly delta?: number } = {},
): Value {
  const error = predictions.sub(targets).abs();
  // With q = min(|e|, δ) both branches are q·(|e| − ½q).
  const quadratic = error.op("Clip", [0, delta]);
  return weightedMean(quadratic.mul(error.sub(quadratic.mul(0.5))), weights);
}

/** KL divergence Σ p·(log p − log q) along the last axis, of targets p (probabilities) from logits of q, both [..., classes]. */
export function klDivergence(logits: Value, targets: Value | Tensor, { weights }: LossOptions = {}): Value {
  const p = logits.tracer.lift(targets, logits.dtype);
  // 0·log 0 is 0: where p is 0, the logarithm is of 1.
  const logP = p.greater(0).where(p, 1).log();
  return weightedMean(p.mul(logP.sub(logits.logSoftmax(-1))).sum(-1), weights);
}

/** Hinge loss max(0, 1 − t·s) of scores s with targets t of −1 or 1. */
export function hinge(scores: Value, targets: Value | Tensor, { weights }: LossOptions = {}): Value {
  return weightedMean(scores.mul(targets).neg().add(1).relu(), weights);
}

/** 1 − cosine of the angle between two vectors [..., width]. */
export function cosineDistance(a: Value, b: Value | Tensor, { weights }: LossOptions = {}): Value {
  const other = a.tracer.lift(b, a.dtype);
  const squaredLength = (v: Value) => v.square().sum(-1);
  // ε only keeps vectors of length zero from dividing by it.
  const lengths = squaredLength(a).mul(squaredLength(other)).add(1e-12).sqrt();
  return weightedMean(a.mul(other).sum(-1).div(lengths).neg().add(1), weights);
}

function weightedMean(losses: Value, weights: Value | Tensor | undefined): Value {
  if (weights === undefined) return losses.mean();
  const w = (weights instanceof Value ? weights : losses.tracer.lift(weights, losses.dtype))
    .cast(losses.dtype)
    .expand(losses.shape);
  return losses.mul(w).sum().div(w.sum());
}
