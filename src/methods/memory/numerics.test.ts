import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviance, logBinomial, logBinomialTail, logChoose, stirlingError } from "./binomial.ts";
import { logHypergeometric, logHypergeometricTail } from "./hypergeometric.ts";
import { logAdd, logAnyOf, logSumExp } from "./log-space.ts";
import { choose, exactTail, logOf } from "./testing/rational.ts";
import { wilsonInterval } from "./wilson.ts";

/** Equal as probabilities: an error of ε in the logarithm is a relative error of ε. */
function expectLog(actual: number, exact: number, epsilon = 1e-12) {
  if (exact === Number.NEGATIVE_INFINITY) expect(actual).toBe(exact);
  else expect(Math.abs(actual - exact)).toBeLessThan(epsilon);
}

describe("binomials", () => {
  it("Stirling's error is that of the factorial", () => {
    let log = 0;
    for (let n = 1; n < 60; n++) {
      log += Math.log(n);
      const stirling = 0.5 * Math.log(2 * Math.PI * n) + n * Math.log(n) - n;
      expect(stirlingError(n)).toBeCloseTo(log - stirling, 12);
    }
  });

  it("the deviance agrees with its formula where that loses no digits, and is continuous", () => {
    expect(deviance(30, 3)).toBeCloseTo(30 * Math.log(10) - 27, 12);
    expect(deviance(1e6 + 1, 1e6)).toBeCloseTo(0.5e-6 - 1e-12 / 6, 17);
    const edge = 1.1 / 0.9;
    expect(deviance(edge * (1 - 1e-15), 1)).toBeCloseTo(deviance(edge * (1 + 1e-15), 1), 14);
  });

  it("coefficients are those of Pascal's triangle", () => {
    for (const [n, k] of [
      [0, 0],
      [5, 2],
      [50, 25],
      [1000, 3],
      [4000, 2000],
      [100_000, 2000],
    ] as const)
      expectLog(
        logChoose(n, k) / Math.max(1, logChoose(n, k)),
        logOf({ over: choose(n, k), under: 1n }) / Math.max(1, logChoose(n, k)),
        1e-14,
      );
    expect(logChoose(5, 6)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("probabilities agree with exact ones, and sum to 1", () => {
    for (const [n, over, under] of [
      [10, 1n, 4n],
      [300, 1n, 100n],
      [300, 99n, 100n],
    ] as const) {
      const p = Number(over) / Number(under);
      for (let k = 0; k <= n; k += 5) {
        const exact = choose(n, k) * over ** BigInt(k) * (under - over) ** BigInt(n - k);
        expectLog(logBinomial(k, n, p, 1 - p), logOf({ over: exact, under: under ** BigInt(n) }), 3e-12);
      }
      expect(Math.exp(logSumExp(Array.from({ length: n + 1 }, (_, k) => logBinomial(k, n, p, 1 - p))))).toBeCloseTo(
        1,
        13,
      );
      for (const from of [0, 1, 3, n])
        expectLog(
          logBinomialTail(from, n, p),
          logSumExp(Array.from({ length: n - from + 1 }, (_, i) => logBinomial(from + i, n, p, 1 - p))),
        );
    }
  });
});

describe("hypergeometric", () => {
  it("terms and tails agree with fractions of BigInts for any sizes", () => {
    const sizes = fc.integer({ min: 1, max: 400 }).chain((total) =>
      fc.record({
        total: fc.constant(total),
        marked: fc.integer({ min: 0, max: total }),
        drawn: fc.integer({ min: 0, max: total }),
        threshold: fc.integer({ min: -1, max: total + 1 }),
      }),
    );
    fc.assert(
      fc.property(sizes, ({ threshold, ...urn }) => {
        const { total, marked, drawn } = urn;
        expectLog(logHypergeometricTail(threshold, urn), logOf(exactTail(threshold, total, marked, drawn)));
        const over = choose(marked, threshold) * choose(total - marked, drawn - threshold);
        expectLog(logHypergeometric(threshold, urn), logOf({ over, under: choose(total, drawn) }));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [10, { total: 100_000, marked: 10, drawn: 2000 }],
    [12, { total: 100_000, marked: 24, drawn: 2000 }],
    [24, { total: 20_000, marked: 24, drawn: 64 }],
    [100, { total: 20_000, marked: 100, drawn: 100 }],
    [150, { total: 5000, marked: 500, drawn: 500 }],
  ])("keeps 12 digits at a threshold of %i of %o", (threshold, urn) => {
    expectLog(logHypergeometricTail(threshold, urn), logOf(exactTail(threshold, urn.total, urn.marked, urn.drawn)));
  });

  it("reaches 1e-300 with 12 digits, and goes on below", () => {
    const urn = { total: 100_000, marked: 130, drawn: 500 };
    const log = logHypergeometricTail(129, urn);
    expect(Math.exp(log)).toBeGreaterThan(0);
    expect(Math.exp(log)).toBeLessThan(1e-295);
    expectLog(log, logOf(exactTail(129, urn.total, urn.marked, urn.drawn)));
    const deep = { total: 1e6, marked: 400, drawn: 400 };
    expectLog(logHypergeometricTail(400, deep), logOf(exactTail(400, 1e6, 400, 400)), 1e-11);
    expect(logHypergeometricTail(400, deep)).toBeLessThan(-3000);
  });

  it("marked and drawn may change places", () => {
    const tail = (marked: number, drawn: number) => logHypergeometricTail(7, { total: 5000, marked, drawn });
    expectLog(tail(20, 300), tail(300, 20));
  });
});

describe("logarithms of probabilities", () => {
  it("sums, also of nothing and of what cannot happen", () => {
    expect(logAdd(Math.log(0.25), Math.log(0.5))).toBeCloseTo(Math.log(0.75), 15);
    expect(logAdd(-1000, -1000)).toBeCloseTo(-1000 + Math.LN2, 12);
    expect(logAdd(Number.NEGATIVE_INFINITY, -3)).toBe(-3);
    expect(logSumExp([-2000, -2000, Number.NEGATIVE_INFINITY])).toBeCloseTo(-2000 + Math.LN2, 12);
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
  });

  it("one event of many", () => {
    expect(Math.exp(logAnyOf(Math.log(0.5), 3))).toBeCloseTo(0.875, 15);
    expect(Math.exp(logAnyOf(Math.log(1e-20), 1000)) / 1e-17).toBeCloseTo(1, 13);
    expect(logAnyOf(-1000, 1000)).toBeCloseTo(-1000 + Math.log(1000), 12);
    expect(logAnyOf(0, 5)).toBe(0);
    expect(logAnyOf(Number.NEGATIVE_INFINITY, 5)).toBe(Number.NEGATIVE_INFINITY);
  });
});

it("Wilson's interval: its ends are the rates whose score test just does not reject", () => {
  const [low, high] = wilsonInterval(7, 200);
  for (const end of [low, high])
    expect(Math.abs(7 / 200 - end) / Math.sqrt((end * (1 - end)) / 200)).toBeCloseTo(1.959963984540054, 9);
  const [, limit] = wilsonInterval(0, 1000);
  expect(limit).toBeCloseTo(3.69 / 1000, 4);
  expect((1 - limit) ** 1000).toBeCloseTo(0.025, 12);
  expect(wilsonInterval(50, 50)[0]).toBeCloseTo(1 - wilsonInterval(0, 50)[1], 15);
});
