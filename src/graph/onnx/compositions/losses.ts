/** @file NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss, as exported training graphs have them. */

import type { Value } from "../../value.ts";
import type { Invocation } from "../upgrade.ts";
import { type Composition, input } from "./composition.ts";

/** Log probabilities [N, C, …], classes [N, …], and weights [C] or none, to the loss. */
function loss(node: Invocation, logProbability: Value): Value {
  const target = input(node, 1);
  const weight = node.inputs[2];
  const ignored = node.attributes.ignore_index;
  const skip = ignored === undefined ? undefined : target.equal(Number(ignored));
  const classes = skip ? skip.where(target.tracer.lift(0, target.dtype), target) : target;
  const picked = logProbability
    .op("GatherElements", [classes.unsqueeze(1)], { axis: 1 })
    .squeeze(1)
    .neg();
  const ones = () => picked.tracer.constant(1, picked.dtype, picked.shape);
  const given = weight?.gather(classes) ?? (skip && ones());
  const weights = given && skip ? skip.where(given.tracer.lift(0, given.dtype), given) : given;
  const each = weights ? picked.mul(weights) : picked;
  switch (node.attributes.reduction ?? "mean") {
    case "none":
      return each;
    case "sum":
      return each.sum();
    default:
      return weights ? each.sum().div(weights.sum()) : each.mean();
  }
}

export const negativeLogLikelihood: Composition = (node) => [loss(node, input(node, 0))];

export const softmaxCrossEntropy: Composition = (node) => {
  const logProbability = input(node, 0).logSoftmax(1);
  return [loss(node, logProbability), logProbability];
};
