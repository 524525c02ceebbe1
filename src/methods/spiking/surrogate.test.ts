import { describe, expect, it } from "vitest";
import { compile, Rng, Tensor, type Value, valueAndGrad } from "../../graph/index.ts";
import { crossEntropy } from "../../nn/index.ts";
import type { Neuron } from "./neuron.ts";
import { alif } from "./neurons/alif.ts";
import { cubaLif } from "./neurons/cuba-lif.ts";
import { leaky } from "./neurons/leaky.ts";
import { li } from "./neurons/li.ts";
import { lif } from "./neurons/lif.ts";
import { initPlif, plif } from "./neurons/plif.ts";
import { runNeurons } from "./run-neurons.ts";
import { atan, fastSigmoid, gaussian, rectangle, type Surrogate, sigmoid, spike, triangle } from "./surrogate.ts";
import { worstGradientError } from "./testing/gradients.ts";

const surrogates: readonly Surrogate[] = [
  atan(),
  atan(5),
  fastSigmoid(4),
  rectangle(1.4),
  gaussian(),
  sigmoid(),
  triangle(0.7, 1.3),
];

describe.each(surrogates)("$name", (surrogate) => {
  it("its slope is the derivative of its smooth function", async () => {
    // Not at the corners of rectangle and triangle.
    const x = Tensor.of(
      Array.from({ length: 41 }, (_, i) => -2.03 + 0.1 * i),
      [41],
      "float64",
    );
    const fn = compile((u: Value) => {
      const [, derived] = valueAndGrad((v: Value) => surrogate.smooth(v).sum())(u);
      return { derived, slope: surrogate.slope(u) };
    });
    const { derived, slope } = await fn(x);
    const values = slope.numbers();
    for (const [i, d] of derived.numbers().entries()) expect(values[i]).toBeCloseTo(d, 6);
  });

  it("the step is exact, its gradient the slope", async () => {
    const x = Tensor.of([-0.5, 0, 0.5]);
    const fn = compile((u: Value) => {
      const [, gradient] = valueAndGrad((v: Value) => spike(v, { surrogate }).sum())(u);
      return {
        at: spike(u, { surrogate }),
        above: spike(u, { surrogate, fireAt: ">" }),
        gradient,
        slope: surrogate.slope(u),
      };
    });
    const { at, above, gradient, slope } = await fn(x);
    expect([...at.data]).toEqual([0, 1, 1]);
    expect([...above.data]).toEqual([0, 0, 1]);
    expect([...gradient.data]).toEqual([...slope.data]);
  });
});

describe("with smooth functions for steps, gradients through two layers and 20 steps are central differences", () => {
  const rng = new Rng(8);
  const x = Tensor.of(
    rng
      .uniform([20, 3, 6])
      .numbers()
      .map((u) => Number(u < 0.3)),
    [20, 3, 6],
    "float64",
  );
  const y = Tensor.of([0, 2, 1], [3], "int64");
  const params = {
    first: Tensor.of(rng.normal([6, 5], 0, 0.8).numbers(), [6, 5], "float64"),
    second: Tensor.of(rng.normal([5, 3], 0, 0.8).numbers(), [5, 3], "float64"),
    a: Tensor.of(initPlif(2.5).numbers(), [], "float64"),
  };
  type Params = Record<keyof typeof params, Value>;
  const models: readonly (readonly [string, (p: Params) => Neuron])[] = [
    ["lif, hard reset", () => lif({ spiking: false })],
    ["lif, soft reset, sigmoid", () => lif({ spiking: false, reset: "soft", surrogate: sigmoid() })],
    ["leaky, delayed reset", () => leaky({ spiking: false, surrogate: gaussian() })],
    ["plif", ({ a }) => plif({ a, spiking: false })],
    ["alif", () => alif({ tau: 4, tauAdaptation: 30, spiking: false })],
    ["cubaLif", () => cubaLif({ tau: 4, tauSyn: 3, inputWeight: 1, spiking: false })],
  ];
  it.each(models)("%s", (_name, neuron) => {
    const loss = (p: Params) => {
      const hidden = runNeurons(neuron(p), p.first.tracer.lift(x, "float64").matmul(p.first)).output;
      const out = runNeurons(li({ tau: 3 }), hidden.matmul(p.second)).output;
      return crossEntropy(out.mean(0), y);
    };
    expect(worstGradientError(loss, params)).toBeLessThan(1e-3);
  });
});

it("a scale that is not positive is refused", () => {
  expect(() => atan(0)).toThrow("α is 0");
  expect(() => triangle(1, -1)).toThrow("the width is -1");
});

it("a detached reset lets no gradient through, and spikes alike", async () => {
  const x = new Rng(2).uniform([12, 1, 4], 0, 1.5);
  const both = compile((v: Value) =>
    [false, true].map((detachReset) => {
      const neuron = lif({ tau: 2, reset: "soft", detachReset });
      const [, gradient] = valueAndGrad((u: Value) => runNeurons(neuron, u).output.slice([11], [12]).sum())(v);
      return { gradient, output: runNeurons(neuron, v).output };
    }),
  );
  const [whole, detached] = await both(x);
  expect([...detached.output.data]).toEqual([...whole.output.data]);
  // Without the reset's path an early input only decays: its effect on the last step is ½ of that of the next one.
  const g = detached.gradient.numbers();
  for (let t = 0; t < 11; t++) for (let i = 0; i < 4; i++) expect(g[t * 4 + i]).toBeCloseTo(g[(t + 1) * 4 + i] / 2, 6);
  expect([...whole.gradient.data]).not.toEqual([...detached.gradient.data]);
});
