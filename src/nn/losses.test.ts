import { describe, expect, it } from "vitest";
import { grad, Rng, Tensor, type Value } from "../graph/index.ts";
import {
  binaryCrossEntropy,
  cosineDistance,
  crossEntropies,
  crossEntropy,
  hinge,
  huber,
  klDivergence,
  mae,
  mse,
} from "./losses.ts";
import { expectClose, run } from "./testing/run.ts";

const rng = new Rng(51);
const classes = Tensor.of([2, 0, 3], [3], "int64");
const oneHot = Tensor.of([
  [0, 0, 1, 0],
  [1, 0, 0, 0],
  [0, 0, 0, 1],
]);
const logits = rng.normal([3, 4], 0, 2);

describe("cross entropy", () => {
  it("of equal logits is log of the number of classes; its gradient is softmax minus target", async () => {
    const loss = (z: Value, t: Value) => crossEntropy(z, t);
    const y = await run(
      (z: Value, t: Value) => ({ loss: loss(z, t), gradient: grad(loss)(z, t) }),
      Tensor.zeros([3, 4]),
      oneHot,
    );
    expect(y.loss.item()).toBeCloseTo(Math.log(4), 6);
    expectClose(
      y.gradient,
      oneHot.numbers().map((t) => (0.25 - t) / 3),
      6,
    );
  });

  it("takes classes by number or by distribution", async () => {
    const loss = (z: Value, t: Value) => crossEntropy(z, t, { smoothing: 0.1 });
    const both = (z: Value, n: Value, t: Value) => ({
      byNumber: crossEntropies(z, n),
      byDistribution: crossEntropies(z, t),
      gradientByNumber: grad(loss)(z, n),
      gradientByDistribution: grad(loss)(z, t),
    });
    const y = await run(both, logits, classes, oneHot);
    expectClose(y.byNumber, y.byDistribution);
    expectClose(y.gradientByNumber, y.gradientByDistribution);
    await expect(run((z: Value, t: Value) => crossEntropy(z, t), logits, Tensor.of([1, 2, 0]))).rejects.toThrow(
      /do not fit/,
    );
  });

  it("smoothed is that with smoothed targets", async () => {
    const soft = Tensor.of(
      oneHot.numbers().map((t) => 0.8 * t + 0.2 / 4),
      [3, 4],
    );
    const y = await run(
      (z: Value, n: Value, t: Value) => ({ a: crossEntropy(z, n, { smoothing: 0.2 }), b: crossEntropy(z, t) }),
      logits,
      classes,
      soft,
    );
    expectClose(y.a, y.b);
  });

  it("is the KL divergence plus the target's entropy", async () => {
    const p = await run((z: Value) => z.softmax(-1), rng.normal([3, 4]));
    const y = await run((z: Value, t: Value) => ({ ce: crossEntropy(z, t), kl: klDivergence(z, t) }), logits, p);
    const entropy = -p.numbers().reduce((sum, v) => sum + v * Math.log(v), 0) / 3;
    expect(y.ce.item()).toBeCloseTo(y.kl.item() + entropy, 5);
    const certain = await run(
      (z: Value, t: Value) => ({ ce: crossEntropy(z, t), kl: klDivergence(z, t) }),
      logits,
      oneHot,
    );
    expect(certain.ce.item()).toBeCloseTo(certain.kl.item(), 5);
  });

  it("weights count examples: a weight of zero leaves one out, whole numbers repeat it", async () => {
    const y = await run(
      (z: Value, n: Value, w: Value) => crossEntropy(z, n, { weights: w }),
      logits,
      classes,
      Tensor.of([0, 2, 1]),
    );
    const single = (await run((z: Value, n: Value) => crossEntropies(z, n), logits, classes)).numbers();
    expect(y.item()).toBeCloseTo((2 * single[1] + single[2]) / 3, 5);
  });
});

it("binary cross entropy is −log of the probability given to what happened, also for logits that overflow", async () => {
  const [z, t] = [Tensor.of([0, 2, -2, 500, -500]), Tensor.of([1, 1, 1, 1, 0])];
  const expected = [Math.log(2), Math.log1p(Math.exp(-2)), Math.log1p(Math.exp(2)), 0, 0];
  for (const [i, value] of expected.entries()) {
    const weights = Tensor.of(expected.map((_, k) => (k === i ? 1 : 0)));
    const loss = await run((a: Value, b: Value, w: Value) => binaryCrossEntropy(a, b, { weights: w }), z, t, weights);
    expect(loss.item()).toBeCloseTo(value, 5);
  }
});

it("errors: squares, absolutes, and Huber's between them", async () => {
  const [p, t] = [Tensor.of([1, 2, 3, 10]), Tensor.of([1, 0, 3.5, 0])];
  const y = await run(
    (a: Value, b: Value) => ({ mse: mse(a, b), mae: mae(a, b), huber: huber(a, b), wide: huber(a, b, { delta: 100 }) }),
    p,
    t,
  );
  expect(y.mse.item()).toBeCloseTo((0 + 4 + 0.25 + 100) / 4, 5);
  expect(y.mae.item()).toBeCloseTo((0 + 2 + 0.5 + 10) / 4, 5);
  expect(y.huber.item()).toBeCloseTo((0 + 1.5 + 0.125 + 9.5) / 4, 5);
  expect(y.wide.item()).toBeCloseTo(y.mse.item() / 2, 5);
  const slopes = await run((a: Value, b: Value) => grad((v: Value) => huber(v, b))(a), p, t);
  expectClose(slopes, [0, 1 / 4, -0.5 / 4, 1 / 4]);
});

it("hinge is zero beyond the margin", async () => {
  const y = await run((s: Value, t: Value) => hinge(s, t), Tensor.of([2, 0.5, 1, -3]), Tensor.of([1, 1, -1, -1]));
  expect(y.item()).toBeCloseTo((0 + 0.5 + 2 + 0) / 4, 6);
});

it("cosine distance: 0 along, 1 across, 2 against; finite at zero", async () => {
  const of = (a: number[], b: number[]) =>
    run((u: Value, v: Value) => cosineDistance(u, v), Tensor.of([a]), Tensor.of([b]));
  expect((await of([1, 2], [2, 4])).item()).toBeCloseTo(0, 5);
  expect((await of([1, 2], [-2, 1])).item()).toBeCloseTo(1, 5);
  expect((await of([1, 2], [-1, -2])).item()).toBeCloseTo(2, 5);
  expect((await of([0, 0], [1, 1])).item()).toBeCloseTo(1, 5);
});
