import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Selectivity } from "./selectivity.ts";

function sparsenessOf(rates: readonly number[]): number {
  const selectivity = new Selectivity(1);
  for (const rate of rates) selectivity.add(0, rate);
  return selectivity.sparseness(0);
}

describe("sparseness", () => {
  it("is 0 for a constant rate, 1 for a single active sample, 1 − (m − 1)/(n − 1) for m of n alike", () => {
    expect(sparsenessOf([2, 2, 2, 2])).toBeCloseTo(0, 12);
    expect(sparsenessOf([0, 0, 7, 0, -3])).toBeCloseTo(1, 12);
    for (const m of [1, 2, 5, 9, 10]) {
      const rates = Array.from({ length: 10 }, (_, i) => (i < m ? 0.3 : 0));
      expect(sparsenessOf(rates)).toBeCloseTo(1 - (m - 1) / 9, 12);
    }
  });

  it("does not depend on scale and lies between 0 and 1", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1 }), (rates) => {
        const sparseness = sparsenessOf(rates.map((rate) => Math.fround(rate)));
        expect(sparseness).toBeGreaterThanOrEqual(0);
        expect(sparseness).toBeLessThanOrEqual(1);
        expect(sparsenessOf(rates.map((rate) => 8 * Math.fround(rate)))).toBeCloseTo(sparseness, 12);
      }),
    );
  });

  it("is 0 for dead units, single samples and NaN", () => {
    expect([sparsenessOf([0, -1, 0]), sparsenessOf([3]), sparsenessOf([Number.NaN])]).toEqual([0, 0, 0]);
  });
});

describe("class selectivity", () => {
  it("is (µ_best − µ_rest)/(µ_best + µ_rest) with the rest's means unweighted by their numbers of samples", () => {
    const selectivity = new Selectivity(1, ["cat", "dog", "fish", "never seen"]);
    for (const [rate, label] of [
      [4, 1],
      [2, 1],
      [1, 0],
      [1, 0],
      [1, 0],
      [-5, 2],
    ]) {
      selectivity.add(0, rate, label);
    }
    expect(selectivity.classSelectivity(0)).toEqual({ label: "dog", index: (3 - 0.5) / (3 + 0.5) });
  });

  it("is 1 for a unit active for one label only, 0 for a dead one, undefined for one label", () => {
    const selectivity = new Selectivity(2, ["a", "b"]);
    selectivity.add(0, 2, 1);
    selectivity.add(0, 0, 0);
    selectivity.add(1, 0, 1);
    selectivity.add(1, 0, 0);
    const oneLabel = new Selectivity(1, ["a", "b"]);
    oneLabel.add(0, 1, 0);
    oneLabel.add(0, 2);
    expect(selectivity.classSelectivity(0)).toEqual({ label: "b", index: 1 });
    expect(selectivity.classSelectivity(1)?.index).toBe(0);
    expect(oneLabel.classSelectivity(0)).toBeUndefined();
  });
});

describe("merge", () => {
  it("gives what one pass over all samples gives", () => {
    const samples = fc.array(fc.tuple(fc.nat(1), fc.integer({ min: -2, max: 9 }), fc.nat(2)));
    fc.assert(
      fc.property(samples, samples, (a, b) => {
        const [whole, first, second] = [0, 1, 2].map(() => new Selectivity(2, ["a", "b", "c"]));
        for (const [unit, rate, label] of [...a, ...b]) whole.add(unit, rate, label);
        for (const [unit, rate, label] of a) first.add(unit, rate, label);
        for (const [unit, rate, label] of b) second.add(unit, rate, label);
        first.merge(second);
        for (const unit of [0, 1]) {
          expect(first.sparseness(unit)).toBe(whole.sparseness(unit));
          expect(first.classSelectivity(unit)).toEqual(whole.classSelectivity(unit));
        }
      }),
    );
    expect(() => new Selectivity(1, ["a"]).merge(new Selectivity(1, ["b"]))).toThrow("differ");
  });
});
