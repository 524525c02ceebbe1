/** @file Metrics on the host: how good predictions are. */

import { CajalError, formatShape, sizeOf, type Tensor, type Value } from "../graph/index.ts";

/** Share of examples whose largest logit [..., classes] is that of their class [...], as a scalar of the graph. */
export function accuracyOf(logits: Value, classes: Value): Value {
  const answers = logits.op("ArgMax", [], { axis: -1, keepdims: 0 });
  return answers.equal(classes.cast("int64")).cast("float32").mean();
}

/** Share of examples whose class [...] is among the k largest logits [..., classes]. Default k = 1; of equal logits, the first counts as larger. */
export function accuracy(logits: Tensor, classes: Tensor, k = 1): number {
  const { rows, width, targets } = checked("accuracy", logits, classes);
  let right = 0;
  for (const [i, target] of targets.entries()) {
    const row = rows.subarray(i * width, (i + 1) * width);
    const before = row.reduce((n, v, c) => n + (v > row[target] || (v === row[target] && c < target) ? 1 : 0), 0);
    if (before < k) right++;
  }
  return right / targets.length;
}

/** The class of the largest logit [..., classes] of each example. */
export function predictions(logits: Tensor): number[] {
  const width = logits.shape[logits.shape.length - 1];
  const rows = logits.numbers();
  return Array.from({ length: rows.length / width }, (_, i) => {
    let best = i * width;
    for (let at = best + 1; at < (i + 1) * width; at++) if (rows[at] > rows[best]) best = at;
    return best - i * width;
  });
}

/** How often class i (row) was taken for class j (column). */
export type Confusion = readonly (readonly number[])[];

/** From logits [..., classes] and classes [...]. */
export function confusionMatrix(logits: Tensor, classes: Tensor): Confusion {
  const { width, targets } = checked("confusionMatrix", logits, classes);
  const counts = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  for (const [i, answer] of predictions(logits).entries()) counts[targets[i]][answer]++;
  return counts;
}

/** F₁ of each class: 2·right / (2·right + missed + wrong); 0 for a class that neither is nor was predicted. */
export function f1Scores(confusion: Confusion): number[] {
  return confusion.map((row, c) => {
    const right = row[c];
    const present = row.reduce((a, b) => a + b, 0);
    const predicted = confusion.reduce((sum, other) => sum + other[c], 0);
    return present + predicted === 0 ? 0 : (2 * right) / (present + predicted);
  });
}

/** The mean of all classes' F₁ (macro average). */
export function f1(confusion: Confusion): number {
  return f1Scores(confusion).reduce((a, b) => a + b, 0) / confusion.length;
}

/**
 * Area under the receiver operating characteristic: the probability that a positive example scores higher than a negative one, where equal scores count half.
 * @throws CajalError `argument` when there are no examples of one kind, or a score is not a number
 */
export function areaUnderRoc(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const [p, n] = [Float64Array.from(positives).sort(), Float64Array.from(negatives).sort()];
  if (p.length === 0 || n.length === 0)
    throw new CajalError("argument", `areaUnderRoc: ${p.length} positive and ${n.length} negative examples`);
  if (Number.isNaN(p[p.length - 1]) || Number.isNaN(n[n.length - 1]))
    throw new CajalError("argument", "areaUnderRoc: a score is not a number");
  let area = 0;
  let [below, upTo] = [0, 0];
  for (const score of p) {
    while (below < n.length && n[below] < score) below++;
    while (upTo < n.length && n[upTo] <= score) upTo++;
    area += below + upTo;
  }
  return area / (2 * p.length * n.length);
}

/**
 * Average precision: the precision at each threshold, weighted by the recall that the threshold adds: Σ (R_k − R_{k−1})·P_k, without interpolation.
 * Equal scores are one threshold.
 * @param score of each example
 * @param label of each: whether it is positive
 * @throws CajalError `argument` when they are not as many, none is positive, or a score is not a number
 */
export function averagePrecision(score: ArrayLike<number>, label: ArrayLike<number | boolean>): number {
  const count = score.length;
  if (label.length !== count)
    throw new CajalError("argument", `averagePrecision: ${count} scores for ${label.length} labels`);
  const order = Float64Array.from({ length: count }, (_, i) => i).sort((a, b) => score[b] - score[a]);
  let positives = 0;
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(score[i])) throw new CajalError("argument", `averagePrecision: score ${i} is not a number`);
    if (label[i]) positives++;
  }
  if (positives === 0) throw new CajalError("argument", "averagePrecision: there are no positive examples");
  let [sum, found, before] = [0, 0, 0];
  for (let k = 0; k < count; k++) {
    if (label[order[k]]) found++;
    if (k + 1 < count && score[order[k + 1]] === score[order[k]]) continue;
    sum += ((found - before) * found) / (k + 1);
    before = found;
  }
  return sum / positives;
}

/** e to the mean cross entropy in nats: among how many equally likely answers the model is undecided. */
export function perplexity(crossEntropy: number): number {
  return Math.exp(crossEntropy);
}

/** R², the share of the targets' variance that is explained; negative when worse than their mean. */
export function r2(predicted: Tensor, targets: Tensor): number {
  const [p, t] = [predicted.numbers(), targets.numbers()];
  if (p.length !== t.length)
    throw new CajalError(
      "shape",
      `r2: ${formatShape(predicted.shape)} predictions for ${formatShape(targets.shape)} targets`,
    );
  const mean = t.reduce((a, b) => a + b, 0) / t.length;
  const sum = (of: (i: number) => number) => t.reduce((total, _, i) => total + of(i), 0);
  return 1 - sum((i) => (t[i] - p[i]) ** 2) / sum((i) => (t[i] - mean) ** 2);
}

function checked(name: string, logits: Tensor, classes: Tensor) {
  const width = logits.shape[logits.shape.length - 1];
  const targets = classes.numbers();
  if (sizeOf(logits.shape) !== targets.length * width)
    throw new CajalError(
      "shape",
      `${name}: logits ${formatShape(logits.shape)} do not belong to classes ${formatShape(classes.shape)}`,
    );
  const outside = targets.find((target) => !(Number.isInteger(target) && target >= 0 && target < width));
  if (outside !== undefined) throw new CajalError("argument", `${name}: class ${outside} is none of 0 … ${width - 1}`);
  return { rows: logits.numbers(), width, targets };
}
