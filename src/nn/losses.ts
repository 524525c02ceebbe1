/** @file Losses: means over the batch, in nats. */

import type { Value } from "../graph/index.ts";

/** Cross entropy of logits [batch, classes] with one-hot (or soft) targets of the same shape. */
export function crossEntropy(logits: Value, targets: Value): Value {
  return logits.logSoftmax(-1).mul(targets).sum(-1).mean().neg();
}

/** Binary cross entropy per element, from logits and targets in [0, 1] of one shape: softplus(z) − z·t. */
export function binaryCrossEntropy(logits: Value, targets: Value): Value {
  return logits.softplus().sub(logits.mul(targets));
}
