import { expect, it } from "vitest";
import { compile, Tensor, type Value } from "../graph/index.ts";
import { type AdamState, adamInit, adamUpdate } from "./adam.ts";

it("takes the steps of the published algorithm (Kingma & Ba 2015, algorithm 1)", async () => {
  const [rate, beta1, beta2, epsilon] = [0.1, 0.9, 0.999, 1e-8];
  type Params = { w: Value };
  const step = compile((params: Params, state: AdamState<Params, Value>, g: Value, alpha: Value) =>
    adamUpdate(params, { w: g }, state, alpha),
  );
  let params = { w: Tensor.of([1, -2]) };
  let state = adamInit(params);
  const expected = [1, -2];
  const [m, v] = [
    [0, 0],
    [0, 0],
  ];
  for (let t = 1; t <= 5; t++) {
    const gradient = [0.5 * t, -1 / t];
    ({ params, state } = await step(params, state, Tensor.of(gradient), Tensor.scalar(rate)));
    for (const [i, g] of gradient.entries()) {
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      const [mHat, vHat] = [m[i] / (1 - beta1 ** t), v[i] / (1 - beta2 ** t)];
      expected[i] -= (rate * mHat) / (Math.sqrt(vHat) + epsilon);
      expect(params.w.numbers()[i]).toBeCloseTo(expected[i], 4);
    }
  }
  expect(state.step.item()).toBe(5);
});
