import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { significantUnits } from "./significance.ts";

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });

describe("significantUnits", () => {
  it("reproduces the example of Benjamini & Hochberg 1995: 4 of 15 at 5 %", () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(significantUnits(p)).toEqual(p.map((_, i) => i < 4));
    expect(significantUnits(p.toReversed())).toEqual(p.map((_, i) => i > 10));
  });

  it("is the textbook definition by adjusted p-values: min over j ≥ i of p₍ⱼ₎·m/j at most the rate", () => {
    fc.assert(
      fc.property(pValues, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (p, rate) => {
        const m = p.length;
        const order = p.map((_, i) => i).sort((a, b) => p[a] - p[b]);
        const expected = new Array<boolean>(m);
        let adjusted = Number.POSITIVE_INFINITY;
        for (let i = m - 1; i >= 0; i--) {
          adjusted = Math.min(adjusted, p[order[i]] / ((i + 1) / m));
          expected[order[i]] = adjusted <= rate;
        }
        const close = p.some((value) => order.some((_, i) => Math.abs(value - ((i + 1) / m) * rate) < 1e-12));
        if (!close) expect(significantUnits(p, rate)).toEqual(expected);
      }),
    );
  });

  it("flags nothing among nothing, and all of p = 0", () => {
    expect(significantUnits([])).toEqual([]);
    expect(significantUnits([0, 0])).toEqual([true, true]);
    expect(significantUnits([1, 1])).toEqual([false, false]);
  });
});
