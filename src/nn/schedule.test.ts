import { describe, expect, it } from "vitest";
import { compile, Tensor, type Value } from "../graph/index.ts";
import {
  constant,
  cosine,
  define,
  exponential,
  linear,
  oneCycle,
  type Schedule,
  steps,
  warmup,
  warmupCosine,
} from "./schedule.ts";

const schedules: Readonly<Record<string, readonly [Schedule, Readonly<Record<number, number>>]>> = {
  constant: [constant(0.3), { 0: 0.3, 99: 0.3 }],
  linear: [linear(1, 0.2, 10), { 0: 1, 5: 0.6, 10: 0.2, 50: 0.2 }],
  cosine: [cosine(1, 10, 0.1), { 0: 1, 5: 0.55, 10: 0.1, 99: 0.1 }],
  exponential: [exponential(2, { decay: 0.5, every: 10 }), { 0: 2, 5: 2 * Math.SQRT1_2, 10: 1, 30: 0.25 }],
  stairs: [exponential(2, { decay: 0.5, every: 10, stairs: true }), { 0: 2, 9: 2, 10: 1, 39: 0.25 }],
  steps: [steps(1, { at: [10, 20], factor: 0.1 }), { 0: 1, 9: 1, 10: 0.1, 20: 0.01, 99: 0.01 }],
  warmup: [warmup(4, constant(2)), { 0: 0.5, 1: 1, 3: 2, 4: 2, 9: 2 }],
  warmupCosine: [
    warmupCosine(1, { warmup: 5, total: 25, final: 0.2 }),
    { 0: 0.2, 4: 1, 5: 1, 15: 0.6, 25: 0.2, 99: 0.2 },
  ],
  oneCycle: [oneCycle(1, 100, 0.3), { 0: 0.04, 15: 0.52, 30: 1, 65: 0.500002, 100: 4e-6 }],
  own: [define((step, { power, plus }) => power(0.5, plus(step, 1))), { 0: 0.5, 2: 0.125 }],
};

describe.each(Object.entries(schedules))("%s", (_name, [schedule, expected]) => {
  it("passes through its known points", () => {
    for (const [step, rate] of Object.entries(expected)) expect(schedule(Number(step))).toBeCloseTo(rate, 6);
  });

  it("is the same in a graph as on the host", async () => {
    const inGraph = compile((step: Value) => schedule(step));
    for (const step of [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 19, 20, 29, 30, 31, 60, 100, 250])
      expect((await inGraph(Tensor.scalar(step))).item()).toBeCloseTo(schedule(step), 5);
    await inGraph.release();
  });
});

it("refuses to last no steps", () => {
  expect(() => cosine(1, 0)).toThrow(/0 steps/);
  expect(() => exponential(1, { decay: 0 })).toThrow(/decay/);
});
