import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import { logAnyOf, logSumExp } from "../log-space.ts";
import { exactTail, logOf } from "../testing/rational.ts";
import { effectiveSize } from "./effective-size.ts";
import { compareCounting, comparePublished } from "./experiment/closed-forms.ts";
import {
  capacity,
  falseNegative,
  falsePositive,
  medianFalsePositive,
  neuronFalsePositive,
  optimalThreshold,
  recommendSegment,
  scalingCurve,
  unionFalsePositive,
} from "./index.ts";
import { simulateOverlaps, simulateUnions, standardErrors } from "./simulate.ts";
import { expectedUnion, unionSizes } from "./union.ts";

const sizes = fc
  .record({ n: fc.integer({ min: 2, max: 500 }), a: fc.nat(), s: fc.nat(), theta: fc.nat() })
  .map(({ n, ...r }) => {
    const a = 1 + (r.a % n);
    const s = 1 + (r.s % a);
    return { n, a, s, theta: r.theta % (s + 1) };
  });

describe("one segment", () => {
  it("gives the paper's figures", () => {
    const run = memoryRun(1);
    comparePublished(run);
    expect(Math.max(...Object.values(run.metrics))).toBeLessThan(1e-11);
    expect(falsePositive({ n: 4000, a: 64, s: 24, theta: 12 }).p).toBeCloseTo(2.2289e-16, 19);
    expect(falsePositive({ n: 4000, a: 2000, s: 24, theta: 12 }).p).toBeCloseTo(0.58083, 5);
  });

  it("agrees with counting all patterns, all noise and all unions of small populations", () => {
    const run = memoryRun(1);
    compareCounting(run, 10);
    expect(run.metrics["largest relative difference from counting all cases"]).toBeLessThan(1e-12);
  });

  it("agrees with fractions of BigInts for any sizes, and with log10 where p is too small", () => {
    fc.assert(
      fc.property(sizes, ({ n, a, s, theta }) => {
        const exact = logOf(exactTail(theta, n, s, a));
        const { p, log10 } = falsePositive({ n, a, s, theta });
        expect(Math.abs(p / Math.exp(exact) - 1) || 0).toBeLessThan(1e-12);
        expect(log10).toBeCloseTo(exact / Math.LN10, 11);
      }),
      { numRuns: 200 },
    );
    const tiny = falsePositive({ n: 1e6, a: 400, s: 400, theta: 400 });
    expect(tiny.p).toBe(0);
    expect(tiny.log10).toBeLessThan(-1000);
  });

  it("is told from the binomial approximation at small n", () => {
    const [small, large] = scalingCurve([60, 1e7], (n) => ({ n, a: n / 5, s: 10, theta: 5 }));
    expect(small.p / small.binomialLimit.p).toBeLessThan(0.9);
    expect(large.p / large.binomialLimit.p).toBeCloseTo(1, 5);
  });

  it("keeps to what was simulated", () => {
    const trials = 40_000;
    const [twelve, twenty] = simulateOverlaps(new Rng(1), { n: 150, a: 30, segments: [12, 20] }, trials);
    const hits = (counts: Float64Array, theta: number) => counts.subarray(theta).reduce((x, y) => x + y);
    for (const theta of [1, 2, 3, 4, 5, 6])
      for (const [s, counts] of [
        [12, twelve],
        [20, twenty],
      ] as const)
        expect(
          Math.abs(standardErrors(hits(counts, theta), trials, falsePositive({ n: 150, a: 30, s, theta }).p)),
        ).toBeLessThan(4);
  });

  it("misses nothing when few enough cells are silent, and everything when all are", () => {
    expect(falseNegative({ a: 40, s: 20, theta: 10, flipped: 10 })).toEqual({ p: 0, log10: Number.NEGATIVE_INFINITY });
    expect(falseNegative({ a: 40, s: 20, theta: 10, flipped: 40 }).p).toBe(1);
    // Sampling without replacement: all of the pattern on the segment leaves no chance.
    expect(falseNegative({ a: 20, s: 20, theta: 10, flipped: 10 }).p).toBe(0);
    expect(falseNegative({ a: 20, s: 20, theta: 10, flipped: 11 }).p).toBe(1);
  });
});

describe("many segments", () => {
  it("are bounded by the sum, which they come to", () => {
    const few = neuronFalsePositive({ n: 200, a: 20, s: 10, theta: 4, segments: 500 });
    const one = falsePositive({ n: 200, a: 20, s: 10, theta: 4 });
    expect(few.p).toBeCloseTo(1 - (1 - one.p) ** 500, 12);
    expect(few.p).toBeLessThan(few.bound.p);
    const rare = neuronFalsePositive({ n: 100_000, a: 2000, s: 10, theta: 10, segments: 1000 });
    expect(rare.p / 1.00163216178113e-14).toBeCloseTo(1, 12);
  });

  it("hold as many patterns as the capacity says, and not one more", () => {
    const size = { n: 600, a: 20, s: 10, theta: 5 };
    const target = 1e-3;
    const { segments, onOneSegment } = capacity({ ...size, target });
    const neuron = (count: number) => neuronFalsePositive({ ...size, segments: count }).p;
    expect([neuron(segments) <= target, neuron(segments + 1) <= target]).toEqual([true, false]);
    const mixed = (patterns: number) => unionFalsePositive({ ...size, patterns, mode: "segment-mean" }).p;
    expect([mixed(onOneSegment) <= target, mixed(onOneSegment + 1) <= target]).toEqual([true, false]);
    expect(segments).toBeGreaterThan(10);
    expect(capacity({ n: 40, a: 20, s: 10, theta: 1, target })).toEqual({ segments: 0, onOneSegment: 0 });
  });
});

describe("unions", () => {
  const size = { n: 300, a: 20, s: 12, theta: 6 };

  it("of one pattern are that pattern", () => {
    for (const mode of ["segment-mean", "segment-sum", "segment-exact", "activity", "activity-exact"] as const) {
      const one = unionFalsePositive({ ...size, patterns: 1, mode });
      expect(one.p / falsePositive(size).p).toBeCloseTo(1, 11);
      expect(one.size).toBeCloseTo(mode.startsWith("activity") ? 20 : 12, 9);
    }
  });

  it("have sizes whose distribution sums to 1 and whose mean is the law", () => {
    for (const { patterns, log } of unionSizes(100, 7, 12)) {
      expect(logSumExp(log)).toBeCloseTo(0, 11);
      const mean = log.reduce((sum, l, u) => sum + u * Math.exp(l), 0);
      expect(mean).toBeCloseTo(expectedUnion(100, 7, patterns), 9);
    }
  });

  it("make more false positives with each pattern; as if no cell were shared, yet more", () => {
    let last = 0;
    for (let patterns = 1; patterns <= 15; patterns++) {
      const exact = unionFalsePositive({ ...size, patterns, mode: "segment-exact" }).p;
      const sum = unionFalsePositive({ ...size, patterns, mode: "segment-sum" }).p;
      expect(exact).toBeGreaterThan(last);
      expect(sum).toBeGreaterThan(exact * (1 - 1e-9));
      last = exact;
    }
  });

  it("keep to what was simulated, both kinds", () => {
    const trials = 15_000;
    for (const [mode, members, probe] of [
      ["segment-exact", 12, 20],
      ["activity-exact", 20, 12],
    ] as const) {
      const hits = simulateUnions(new Rng(5), { n: 300, members, probe, theta: 6 }, 12, trials);
      for (const patterns of [4, 8, 12]) {
        const { p } = unionFalsePositive({ ...size, patterns, mode });
        expect(Math.abs(standardErrors(hits[patterns - 1], trials, p))).toBeLessThan(4);
      }
    }
  });
});

describe("scaling", () => {
  it("falls as n to the power −θ with a fixed, and to the power law itself", () => {
    const points = scalingCurve([1e6, 1e7], (n) => ({ n, a: 64, s: 24, theta: 12 }));
    expect(points[1].log10 - points[0].log10).toBeCloseTo(-12, 3);
    expect(points[1].p / falsePositive({ n: 1e7, a: 64, s: 24, theta: 12 }).p).toBe(1);
    // C(s, θ) counts the cells of the pattern with repetition: a^θ for a (a − 1) … (a − θ + 1).
    const distinct = Array.from({ length: 12 }, (_, i) => Math.log10((64 - i) / 64)).reduce((x, y) => x + y);
    expect(points[1].log10 - points[1].powerLaw.log10).toBeCloseTo(distinct, 4);
  });

  it("does not fall with half of the cells active, and falls exponentially with s at θ = s/2", () => {
    const half = scalingCurve([1000, 10_000, 100_000], (n) => ({ n, a: n / 2, s: 24, theta: 12 }));
    for (const { p } of half) expect(p).toBeCloseTo(0.581, 2);
    const longer = scalingCurve([20, 40, 60, 80], (s) => ({ n: 10_000, a: 200, s, theta: s / 2 }));
    const falls = longer.slice(1).map(({ log10 }, i) => longer[i].log10 - log10);
    for (const fall of falls) expect(fall / falls[0]).toBeCloseTo(1, 0);
    expect(Math.min(...falls)).toBeGreaterThan(10);
  });
});

describe("thresholds", () => {
  it("best ones are where the errors of both kinds are fewest", () => {
    for (const [flipped, best] of [
      [32, 12],
      [45, 10],
      [64, 8],
    ]) {
      const { theta, error, curve } = optimalThreshold({ n: 4000, a: 128, s: 30, segments: 500, flipped });
      expect(theta).toBe(best);
      const totals = Array.from({ length: 30 }, (_, i) => {
        const fp = Math.log(falsePositive({ n: 4000, a: 128, s: 30, theta: i + 1 }).p);
        return Math.exp(logAnyOf(fp, 500)) + falseNegative({ a: 128, s: 30, theta: i + 1, flipped }).p;
      });
      expect(error).toBeCloseTo(Math.min(...totals), 14);
      expect(curve.map(({ total }) => total.p)).toEqual(totals.map((total) => expect.closeTo(total, 12)));
    }
    expect(optimalThreshold({ n: 4000, a: 40, s: 20, segments: 9, flipped: 0 }).theta).toBe(20);
  });

  it("medians over cortical sizes are the paper's", () => {
    expect(medianFalsePositive(3)).toBeCloseTo(0.01733, 5);
    expect(medianFalsePositive(10) / 4.8e-11).toBeCloseTo(1, 2);
    expect(medianFalsePositive(20) / 3.9e-30).toBeCloseTo(1, 2);
    expect(medianFalsePositive(9)).toBeGreaterThan(1e-9);
  });

  it("recommended segments do what is asked, and no shorter ones do", () => {
    const asked = { n: 1000, a: 40, segments: 100, flipped: 12, target: 1e-3 };
    const found = recommendSegment(asked);
    expect(found?.fp.p).toBeLessThanOrEqual(1e-3);
    expect(found?.fn.p).toBeLessThanOrEqual(1e-3);
    const shorter = optimalThreshold({ ...asked, s: (found?.s ?? 0) - 1 }).curve;
    expect(shorter.some(({ fp, fn }) => fp.p <= 1e-3 && fn.p <= 1e-3)).toBe(false);
    expect(recommendSegment({ ...asked, flipped: 40 })).toBeUndefined();
  });

  it("the effective size is the one whose probability it was given", () => {
    const shape = {
      s: 20,
      theta: 10,
      activity: new Map([
        [38, 0.25],
        [40, 0.75],
      ]),
    };
    for (const n of [60, 100, 2048, 300_000]) {
      const p =
        0.25 * falsePositive({ n, a: 38, s: 20, theta: 10 }).p + 0.75 * falsePositive({ n, a: 40, s: 20, theta: 10 }).p;
      expect(effectiveSize(p, shape)).toBe(n);
    }
    expect(effectiveSize(1, shape)).toBeLessThanOrEqual(48);
  });
});

it.each<[string, () => unknown]>([
  [
    "s = 12 synapses cannot be sampled from a = 10 active cells",
    () => falsePositive({ n: 100, a: 10, s: 12, theta: 5 }),
  ],
  [
    "θ = 13 active synapses are never reached by s = 12 synapses",
    () => falsePositive({ n: 100, a: 20, s: 12, theta: 13 }),
  ],
  [
    "a = 120 active cells, but the population has only n = 100",
    () => falsePositive({ n: 100, a: 120, s: 12, theta: 6 }),
  ],
  ["s = 11.4 is a fraction: sizes are whole numbers", () => falsePositive({ n: 100, a: 20, s: 11.4, theta: 6 })],
  ["n = NaN", () => falsePositive({ n: Number.NaN, a: 20, s: 11, theta: 6 })],
  ["theta = -1", () => falsePositive({ n: 100, a: 20, s: 11, theta: -1 })],
  ["flipped = 21 of a = 20 active cells", () => falseNegative({ a: 20, s: 11, theta: 6, flipped: 21 })],
  [
    "10 patterns of s = 11 synapses are 110, but n = 100",
    () => unionFalsePositive({ n: 100, a: 20, s: 11, theta: 6, patterns: 10, mode: "segment-sum" }),
  ],
  [
    "needs a table",
    () => unionFalsePositive({ n: 1e7, a: 2000, s: 1000, theta: 6, patterns: 1000, mode: "segment-exact" }),
  ],
  ["target = 0 is no probability", () => capacity({ n: 100, a: 20, s: 11, theta: 6, target: 0 })],
])("says what is wrong: %s", (message, call) => {
  expect(call).toThrow(message);
});
