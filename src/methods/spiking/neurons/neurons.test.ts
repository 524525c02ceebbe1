import { describe, expect, it } from "vitest";
import { compile, Rng, Tensor, type Value } from "../../../graph/index.ts";
import type { Neuron } from "../neuron.ts";
import { runNeurons } from "../run-neurons.ts";
import { alif } from "./alif.ts";
import { cubaLif } from "./cuba-lif.ts";
import { integrateAndFire } from "./integrate-and-fire.ts";
import { cellTypes, izhikevich } from "./izhikevich.ts";
import { leaky } from "./leaky.ts";
import { li } from "./li.ts";
import { lif } from "./lif.ts";
import { lifBox } from "./lif-box.ts";
import { lifExact } from "./lif-exact.ts";
import { initPlif, plif } from "./plif.ts";

/** Spikes and membranes of neurons with these currents [T, units]. */
async function simulate(neuron: Neuron, currents: Tensor) {
  const fn = compile((x: Value) => {
    const { output, states } = runNeurons(neuron, x);
    return { output, states };
  });
  const { output, states } = await fn(currents);
  await fn.release();
  return { output, states: states as Readonly<Record<string, Tensor>> };
}

/** The same current at all steps, for as many units as there are currents. */
const constant = (steps: number, currents: readonly number[]) =>
  Tensor.of(Array.from({ length: steps }, () => currents).flat(), [steps, currents.length], "float64");

/** The steps at which unit `unit` fires. */
function timesOf(spikes: Tensor, unit = 0): number[] {
  const [steps, units] = spikes.shape;
  const data = spikes.numbers();
  return Array.from({ length: steps }, (_, t) => t).filter((t) => data[t * units + unit] === 1);
}

describe("closed forms", () => {
  it("lifExact reaches the threshold at −τ ln(1 − θ/RI)", async () => {
    const dt = 0.1;
    const currents = [1.05, 1.2, 2, 5];
    const { output } = await simulate(lifExact({ tau: 20, dt }), constant(1200, currents));
    for (const [unit, current] of currents.entries()) {
      const expected = -20 * Math.log(1 - 1 / current);
      // Step t ends at (t + 1)·dt.
      expect(Math.abs((timesOf(output, unit)[0] + 1) * dt - expected)).toBeLessThanOrEqual(dt);
    }
  });

  it("f–I curve with a refractory time: f = 1/(t_ref + τ ln(RI/(RI − θ)))", async () => {
    const dt = 0.05;
    const currents = [1.1, 1.2, 1.3, 1.5, 1.8, 2.2, 2.7, 3.3, 4, 5];
    const { output } = await simulate(lifExact({ tau: 20, dt, refractory: 40 }), constant(20_000, currents));
    for (const [unit, current] of currents.entries()) {
      const times = timesOf(output, unit);
      const rate = (times.length - 1) / ((times[times.length - 1] - times[0]) * dt);
      const expected = 1 / (2 + 20 * Math.log(current / (current - 1)));
      expect(Math.abs(rate / expected - 1)).toBeLessThanOrEqual(0.02);
    }
  });

  it("one spike brings a cubaLif the charge τ_s·w", async () => {
    const [tauSyn, w, dt] = [3.7, 2.5, 0.5];
    const spikes = Tensor.of(
      Array.from({ length: 400 }, (_, t) => (t === 3 ? w : 0)),
      [400, 1],
      "float64",
    );
    const neuron = cubaLif({ tauSyn, dt, threshold: 1e9 });
    const { states } = await simulate(neuron, spikes);
    // The state holds the current as it leaves the step; what acted in the step is e^{dt/τ_s} times as much.
    const charge = states.i.numbers().reduce((sum, i) => sum + i * Math.exp(dt / tauSyn) * dt, 0);
    expect(Math.abs(charge - tauSyn * w)).toBeLessThan(1e-9);
  });

  it("R of a cubaLif is τ_m/c_m: a constant current I raises it by R·I", async () => {
    const { states } = await simulate(
      cubaLif({ tau: 10, capacitance: 0.5, tauSyn: 2, inputWeight: 1, rest: -60, threshold: 0 }),
      constant(400, [0.3]),
    );
    expect(states.v.numbers()[399]).toBeCloseTo(-60 + 20 * 0.3, 9);
  });

  it("Izhikevich: regular spiking adapts, fast spiking doesn't", async () => {
    const regular = await simulate(izhikevich(), constant(1000, [10]));
    const times = timesOf(regular.output);
    expect(times.length).toBeGreaterThanOrEqual(18);
    expect(times.length).toBeLessThanOrEqual(30);
    const intervals = times.slice(1).map((t, i) => t - times[i]);
    expect(intervals[intervals.length - 1]).toBeGreaterThan(intervals[0]);
    const fast = timesOf((await simulate(izhikevich(cellTypes.fastSpiking), constant(1000, [10]))).output);
    expect(fast.length).toBeGreaterThanOrEqual(55);
    expect(fast.length).toBeLessThanOrEqual(70);
  });
});

describe("step by step", () => {
  const rng = new Rng(4);
  const currents = Tensor.of(rng.uniform([60, 5], -0.3, 2.2).numbers(), [60, 5], "float64");

  /** v and spikes of the rule written out in numbers. */
  function byHand(rule: (v: number, x: number, s: number) => { v: number; s: number }) {
    const [steps, units] = currents.shape;
    const x = currents.numbers();
    const spikes = new Float64Array(x.length);
    for (let unit = 0; unit < units; unit++) {
      let state = { v: 0, s: 0 };
      for (let t = 0; t < steps; t++) {
        state = rule(state.v, x[t * units + unit], state.s);
        spikes[t * units + unit] = state.s;
      }
    }
    return [...spikes];
  }
  const hard = (v: number, theta = 1) => (v >= theta ? { v: 0, s: 1 } : { v, s: 0 });

  it.each<[string, Neuron, Parameters<typeof byHand>[0]]>([
    ["lif with decayed input", lif({ tau: 3 }), (v, x) => hard(v + (x - v) / 3)],
    ["lif", lif({ tau: 1.5, decayInput: false }), (v, x) => hard(v - v / 1.5 + x)],
    ["lifBox", lifBox({ tau: 10, dt: 2, resistance: 3 }), (v, x) => hard(v + (2 / 10) * (3 * x - v))],
    ["leaky", leaky({ beta: 0.8 }), (v, x, s) => ({ v: 0.8 * v + x - s, s: Number(0.8 * v + x - s > 1) })],
    ["if", integrateAndFire({ gain: 0.5 }), (v, x) => hard(v + 0.5 * x)],
    [
      "soft reset",
      lif({ reset: "soft", decayInput: false }),
      (v, x) => {
        const next = v / 2 + x;
        return next >= 1 ? { v: next - 1, s: 1 } : { v: next, s: 0 };
      },
    ],
    ["no reset", lif({ reset: "none", decayInput: false }), (v, x) => ({ v: v / 2 + x, s: Number(v / 2 + x >= 1) })],
    ["plif", plif({ a: initPlif(3) }), (v, x) => hard(v + (x - v) / 3)],
  ])("%s", async (_name, neuron, rule) => {
    const { output } = await simulate(neuron, currents);
    expect([...output.numbers()]).toEqual(byHand(rule));
    expect(output.numbers().reduce((a, b) => a + b)).toBeGreaterThan(5);
  });

  it("li integrates, and its output is its membrane", async () => {
    const { output } = await simulate(li({ tau: 4, decayInput: false, resistance: 2 }), currents);
    let v = 0;
    for (let t = 0; t < 60; t++) {
      v = v - v / 4 + 2 * currents.numbers()[t * 5];
      expect(output.numbers()[t * 5]).toBeCloseTo(v, 10);
    }
  });

  it("a refractory membrane stays and hears nothing; its current goes on", async () => {
    const { output, states } = await simulate(
      cubaLif({ refractory: 3, tau: 5, tauSyn: 4, resistance: 1, inputWeight: 1 }),
      constant(40, [6]),
    );
    const times = timesOf(output);
    const v = states.v.numbers();
    const i = states.i.numbers();
    for (const t of times) {
      expect([...v.subarray(t, t + 4)]).toEqual([0, 0, 0, 0].slice(0, v.length - t));
      if (t + 3 < 40) expect(i[t + 3]).toBeGreaterThan(i[t]);
    }
    expect(times.slice(1).every((t, k) => t - times[k] >= 4)).toBe(true);
  });

  it("the threshold of an alif rises with its spikes, so that the same current makes it fire ever slower", async () => {
    const { output, states } = await simulate(alif({ tau: 5, tauAdaptation: 100 }), constant(200, [3]));
    const times = timesOf(output);
    expect(times[times.length - 1] - times[times.length - 2]).toBeGreaterThan(times[1] - times[0]);
    expect(Math.max(...states.adaptation.numbers())).toBeGreaterThan(0.05);
  });
});

describe("running", () => {
  const rng = new Rng(2);
  const currents = rng.uniform([30, 2, 3], 0, 1);

  it("a run in two parts is the run in one", async () => {
    const neuron = alif({ refractory: 1, reset: "delayedSoft" });
    const whole = compile((x: Value) => runNeurons(neuron, x).output);
    const parts = compile((x: Value) => {
      const first = runNeurons(neuron, x.slice([0], [13]));
      const second = runNeurons(neuron, x.slice([13], [30]), { state: first.state });
      return { first: first.output, second: second.output };
    });
    const { first, second } = await parts(currents);
    expect([...first.numbers(), ...second.numbers()]).toEqual([...(await whole(currents)).numbers()]);
  });

  it("parameters may differ from neuron to neuron", async () => {
    const taus = [1.5, 2, 8];
    const { output } = await simulate(lif({ tau: Tensor.of(taus), threshold: Tensor.of([0.3, 0.4, 0.2]) }), currents);
    for (const [unit, tau] of taus.entries()) {
      const alone = await simulate(lif({ tau, threshold: [0.3, 0.4, 0.2][unit] }), currents);
      const pick = (t: Tensor) => t.numbers().filter((_, i) => i % 3 === unit);
      expect([...pick(output)]).toEqual([...pick(alone.output)]);
    }
  });

  it("parameters that make no sense are refused", () => {
    expect(() => lif({ tau: 1 })).toThrow("τ is 1 steps");
    expect(() => lif({ refractory: 0.5 })).toThrow("a whole number");
    expect(() => leaky({ beta: 1.2 })).toThrow("not in [0, 1]");
    expect(() => lifExact({ tau: 0 })).toThrow("not above 0");
    expect(() => cubaLif({ tauSyn: -1 })).toThrow("τ_s is -1");
    expect(() => alif({ tauAdaptation: 0 })).toThrow("not above 0");
    expect(() => initPlif(1)).toThrow("longer than one");
  });
});
