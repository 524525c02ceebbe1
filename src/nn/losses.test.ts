import { expect, it } from "vitest";
import { compile, grad, Tensor, type Value } from "../graph/index.ts";
import { binaryCrossEntropy, crossEntropy } from "./losses.ts";

it("cross entropy of equal logits is log of the number of classes; its gradient is softmax minus target", async () => {
  const targets = Tensor.of([
    [1, 0, 0, 0],
    [0, 0, 1, 0],
  ]);
  const f = compile((z: Value, t: Value) => ({ loss: crossEntropy(z, t), gradient: grad(crossEntropy)(z, t) }));
  const { loss, gradient } = await f(Tensor.zeros([2, 4]), targets);
  expect(loss.item()).toBeCloseTo(Math.log(4), 6);
  expect(Array.from(gradient.numbers())).toEqual(
    [0.25 - 1, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25 - 1, 0.25].map((g) => expect.closeTo(g / 2, 6)),
  );
});

it("binary cross entropy is −log of the probability given to what happened, also for logits that overflow", async () => {
  const f = compile((z: Value, t: Value) => binaryCrossEntropy(z, t));
  const losses = (await f(Tensor.of([0, 2, -2, 500, -500]), Tensor.of([1, 1, 1, 1, 0]))).numbers();
  const expected = [Math.log(2), Math.log1p(Math.exp(-2)), Math.log1p(Math.exp(2)), 0, 0];
  for (const [i, value] of expected.entries()) expect(losses[i]).toBeCloseTo(value, 5);
});
