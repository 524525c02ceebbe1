import { expect, it } from "vitest";
import { Rng, Tensor, type Value } from "../graph/index.ts";
import { averagePrecision } from "./average-precision.ts";
import {
  accuracy,
  accuracyOf,
  areaUnderRoc,
  confusionMatrix,
  f1,
  f1Scores,
  perplexity,
  predictions,
  r2,
} from "./metrics.ts";
import { run } from "./testing/run.ts";

const logits = Tensor.of([
  [5, 1, 0],
  [0, 1, 2],
  [3, 2, 1],
  [0, 4, 3],
]);
const classes = Tensor.of([0, 2, 1, 2], [4], "int64");

it("accuracy counts the largest, or the k largest", async () => {
  expect(accuracy(logits, classes)).toBe(0.5);
  expect(accuracy(logits, classes, 2)).toBe(1);
  expect(accuracy(Tensor.zeros([6, 3]), Tensor.of([0, 1, 2, 0, 1, 2]))).toBeCloseTo(1 / 3, 10);
  expect((await run((z: Value, t: Value) => accuracyOf(z, t), logits, classes)).item()).toBe(0.5);
  expect(() => accuracy(logits, Tensor.of([0, 1]))).toThrow(/do not belong/);
  expect(() => accuracy(logits, Tensor.of([0, 1, 3, 0]))).toThrow(/class 3/);
});

it("the confusion matrix' diagonal is the accuracy; F₁ is the harmonic mean of precision and recall", () => {
  const confusion = confusionMatrix(logits, classes);
  expect(confusion).toEqual([
    [1, 0, 0],
    [1, 0, 0],
    [0, 1, 1],
  ]);
  expect(predictions(logits)).toEqual([0, 2, 0, 1]);
  const [precision, recall] = [1, 1 / 2];
  const expected = [2 / 3, 0, (2 * precision * recall) / (precision + recall)];
  for (const [c, score] of f1Scores(confusion).entries()) expect(score).toBeCloseTo(expected[c], 10);
  expect(f1(confusion)).toBeCloseTo(expected.reduce((a, b) => a + b) / 3, 10);
  expect(
    f1Scores([
      [3, 0],
      [0, 0],
    ]),
  ).toEqual([1, 0]);
});

it("perplexity of a fair choice is the number of choices", () => {
  expect(perplexity(Math.log(65))).toBeCloseTo(65, 10);
});

it("R² is 1 for the truth, 0 for its mean, and the squared correlation for the best line", () => {
  const rng = new Rng(1);
  const truth = rng.normal([50]);
  expect(r2(truth, truth)).toBe(1);
  const mean = truth.numbers().reduce((a, b) => a + b) / 50;
  expect(r2(Tensor.of(new Float64Array(50).fill(mean), [50], "float64"), truth)).toBeCloseTo(0, 10);
  expect(() => r2(truth, rng.normal([3]))).toThrow(/targets/);
});

it("the area under the ROC curve is the share of pairs in the right order, ties counting half", () => {
  const rng = new Rng(3);
  const [positives, negatives] = [40, 70].map((count) => Array.from({ length: count }, () => rng.int(0, 12)));
  const pairs = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
  const share = pairs.reduce<number>((a, b) => a + b, 0) / pairs.length;
  expect(areaUnderRoc(positives, negatives)).toBeCloseTo(share, 12);
  expect(areaUnderRoc([2, 3], [0, 1])).toBe(1);
  expect(areaUnderRoc([1, 1], [1])).toBe(0.5);
  expect(() => areaUnderRoc([], [1])).toThrow("0 positive and 1 negative examples");
  expect(() => areaUnderRoc([1, Number.NaN], [1])).toThrow("not a number");
});

it("average precision is the mean precision at each positive, ties being one threshold", () => {
  const rng = new Rng(5);
  for (const levels of [1000, 4]) {
    const score = Array.from({ length: 60 }, () => rng.int(0, levels));
    const label = score.map(() => rng.random() < 0.3);
    const thresholds = [...new Set(score)].sort((a, b) => b - a);
    const positives = label.filter(Boolean).length;
    let [expected, before] = [0, 0];
    for (const threshold of thresholds) {
      const chosen = label.filter((_, i) => score[i] >= threshold);
      const right = chosen.filter(Boolean).length;
      expected += ((right - before) / positives) * (right / chosen.length);
      before = right;
    }
    expect(averagePrecision(score, label)).toBeCloseTo(expected, 12);
  }
  expect(averagePrecision([3, 2, 1, 0], [1, 1, 0, 0])).toBe(1);
  expect(averagePrecision([1, 1, 1, 1], [0, 1, 0, 0])).toBe(0.25);
  expect(() => averagePrecision([1, 2], [0, 0])).toThrow("no positives");
  expect(() => averagePrecision([1], [0, 0])).toThrow("1 scores for 2 labels");
  expect(() => averagePrecision([Number.NaN], [1])).toThrow("not a number");
});
