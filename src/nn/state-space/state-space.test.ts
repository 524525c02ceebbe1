import { describe, expect, it } from "vitest";
import { compile, grad, leavesOf, Rng, Tensor, type Value } from "../../graph/index.ts";
import { expectClose, run } from "../testing/run.ts";
import { initMamba, initMambaState, type Mamba, type MambaState, mamba } from "./mamba.ts";
import { initS4d, initS4dState, type S4d, type S4dState, s4d, s4dStep } from "./s4d.ts";

const rng = new Rng(71);
const [batch, steps, width] = [2, 7, 3];
const x = rng.normal([batch, steps, width]);
const stepOf = (v: Value, t: number) => v.slice([t], [t + 1], [1]);

describe("S4D", () => {
  const p = initS4d(rng.split("s4d"), width, { states: 4 });

  it("all at once is step by step", async () => {
    const whole = await run((v: Value) => s4d(p, v), x);
    const single = compile((s: S4dState<Value>, v: Value) => s4dStep(p, s, v));
    let state: S4dState<Tensor> = initS4dState(p, batch);
    for (let t = 0; t < steps; t++) {
      const input = await run((v: Value) => stepOf(v, t).squeeze(1), x);
      const result = await single(state, input);
      state = result.state;
      expectClose(result.y, await run((v: Value) => stepOf(v, t).squeeze(1), whole), 4);
    }
    await single.release();
  });

  it("solves its differential equation: a constant input of one oscillator settles at 2·Re(C·(−1/A))", async () => {
    const one = (value: number) => Tensor.full([1, 1], value);
    const oscillator: S4d<Tensor> = {
      logDecay: one(Math.log(0.5)),
      frequency: one(2),
      logStep: one(Math.log(0.1)),
      readReal: one(0.7),
      readImaginary: one(-0.3),
      skip: Tensor.zeros([1]),
    };
    const y = (await run((v: Value) => s4d(oscillator, v), Tensor.full([1, 400, 1], 1))).numbers();
    // −1/A = (½ + 2i)/(¼ + 4)
    expect(y[399]).toBeCloseTo((2 * (0.7 * 0.5 + 0.3 * 2)) / 4.25, 4);
    // h(t) = (e^{At} − 1)/A at t = Δ
    const [re, im] = [Math.exp(-0.05) * Math.cos(0.2) - 1, Math.exp(-0.05) * Math.sin(0.2)];
    const [hRe, hIm] = [(-0.5 * re + 2 * im) / 4.25, (-0.5 * im - 2 * re) / 4.25];
    expect(y[0]).toBeCloseTo(2 * (0.7 * hRe + 0.3 * hIm), 5);
  });

  it("learns: all parameters have a gradient", async () => {
    const slopes = await run((q: S4d<Value>, v: Value) => grad((r: S4d<Value>) => s4d(r, v).square().sum())(q), p, x);
    for (const leaf of leavesOf(slopes) as Tensor[]) expect(leaf.numbers().some((v) => Math.abs(v) > 1e-6)).toBe(true);
  });
});

describe("Mamba", () => {
  const p = initMamba(rng.split("mamba"), width, { inner: 5, states: 4, taps: 3, rank: 2 });

  it("in pieces, its state handed on, is the whole", async () => {
    const whole = await run((v: Value) => mamba(p, v).y, x);
    let state: MambaState<Tensor> = initMambaState(p, batch);
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [3, 7],
    ]) {
      const cut = (t: Tensor) => run((v: Value) => v.slice([from], [to], [1]), t);
      const result = await run((s: MambaState<Value>, v: Value) => mamba(p, v, s), state, await cut(x));
      state = result.state;
      expectClose(result.y, await cut(whole), 4);
    }
  });

  it("is its recurrence, one number at a time", async () => {
    // One channel, one state, and a convolution that only passes on.
    const one = (value: number, shape = [1, 1]) => Tensor.full(shape, value);
    const tiny: Mamba<Tensor> = {
      input: { weight: Tensor.of([[1, 0.5]]) },
      mixer: { weight: one(1, [1, 1, 1]), bias: Tensor.zeros([1]) },
      select: { weight: Tensor.of([[0.3, 0.8, -0.6]]) },
      step: { weight: one(0.9), bias: Tensor.of([0.2]) },
      logDecay: one(0.4),
      skip: Tensor.of([0.7]),
      output: { weight: one(2) },
    };
    const input = [0.5, -1, 2, 0.1];
    const y = await run((v: Value) => mamba(tiny, v).y, Tensor.of(input, [1, 4, 1]));
    const silu = (v: number) => v / (1 + Math.exp(-v));
    let h = 0;
    const expected = input.map((v) => {
      const u = silu(v);
      const delta = Math.log1p(Math.exp(0.9 * 0.3 * u + 0.2));
      h = Math.exp(-delta * Math.exp(0.4)) * h + delta * 0.8 * u * u;
      return 2 * (-0.6 * u * h + 0.7 * u) * silu(0.5 * v);
    });
    expectClose(y, expected);
  });

  it("learns: all parameters have a gradient", async () => {
    const slopes = await run(
      (q: Mamba<Value>, v: Value) => grad((r: Mamba<Value>) => mamba(r, v).y.square().sum())(q),
      p,
      x,
    );
    for (const leaf of leavesOf(slopes) as Tensor[]) expect(leaf.numbers().some((v) => Math.abs(v) > 1e-7)).toBe(true);
  });
});
