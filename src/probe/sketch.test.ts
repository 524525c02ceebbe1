import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../graph/rng.ts";
import { DigestKernel } from "./digest-kernel.ts";
import { ActivationSketch } from "./sketch.ts";

const kernel = new DigestKernel();

function sketchOf(values: ArrayLike<number>): ActivationSketch {
  const sketch = new ActivationSketch(1, kernel);
  sketch.add(0, Float32Array.from(values));
  return sketch;
}

const draw = (count: number, value: () => number) => Float32Array.from({ length: count }, value);
const activations = fc.array(fc.oneof(fc.constant(0), fc.float({ noNaN: true, min: -60000, max: 60000 })), {
  minLength: 1,
  maxLength: 200,
});

/** Share of the values below a level. */
function rankOf(level: number, values: Float32Array): number {
  return values.reduce((count, value) => count + (value < level ? 1 : 0), 0) / values.length;
}

describe("ActivationSketch", () => {
  it("gives quantiles within 1/32 of the order statistic", () => {
    fc.assert(
      fc.property(activations, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = Float32Array.from(values).sort();
        const exact = sorted[Math.floor(q * (sorted.length - 1))];
        const error = Math.abs(sketchOf(values).quantile(0, q) - exact);
        expect(error).toBeLessThanOrEqual(Math.max(Math.abs(exact) / 32, 2 ** -16 * (1 + 1 / 32)));
      }),
      { numRuns: 300 },
    );
  });

  it("gives quantiles that do not fall as q rises, from the minimum to the maximum", () => {
    fc.assert(
      fc.property(activations, (values) => {
        const sketch = sketchOf(values);
        const quantiles = Array.from({ length: 41 }, (_, i) => sketch.quantile(0, i / 40));
        for (let i = 1; i < quantiles.length; i++) expect(quantiles[i]).toBeGreaterThanOrEqual(quantiles[i - 1]);
        expect(quantiles[0]).toBeGreaterThanOrEqual(sketch.minimum(0));
        expect(quantiles[40]).toBeLessThanOrEqual(sketch.maximum(0));
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ["normal", (rng: Rng) => rng.gaussian()],
    ["exponential", (rng: Rng) => -Math.log(1 - rng.random())],
    ["ReLU of a normal", (rng: Rng) => Math.max(0, rng.gaussian() - 0.25)],
    ["small, shifted", (rng: Rng) => 0.003 * (5 + rng.gaussian())],
  ])("gives quantiles of %s data within .002 in rank", (name, value) => {
    const rng = new Rng(1).split(name);
    const values = draw(100_000, () => value(rng));
    const sketch = sketchOf(values);
    for (const q of [0.9, 0.99, 0.995]) {
      expect(Math.abs(rankOf(sketch.quantile(0, q), values) - q)).toBeLessThan(0.002);
    }
  });

  it("counts a concatenation as its merged parts, and survives storage", () => {
    fc.assert(
      fc.property(activations, activations, (a, b) => {
        const merged = sketchOf(a);
        merged.merge(sketchOf(b));
        const whole = sketchOf([...a, ...b]);
        const { moments, ...counts } = whole.toData();
        const { moments: mergedMoments, ...mergedCounts } = merged.toData();
        expect(mergedCounts).toEqual(counts);
        moments.forEach((moment, i) => {
          expect(Math.abs(mergedMoments[i] - moment)).toBeLessThanOrEqual(1e-9 * moments[5] ** (i === 4 ? 0.5 : 1));
        });
        expect(ActivationSketch.fromData(structuredClone(whole.toData()), kernel).toData()).toEqual(whole.toData());
      }),
      { numRuns: 50 },
    );
  });

  it("keeps exact counts, extremes and moments", () => {
    fc.assert(
      fc.property(activations, (values) => {
        const exact = Float32Array.from(values);
        const sketch = sketchOf(values);
        const mean = exact.reduce((sum, value) => sum + value, 0) / exact.length;
        const squares = exact.reduce((sum, value) => sum + value ** 2, 0) / exact.length;
        expect(sketch.count(0)).toBe(exact.length);
        expect(sketch.zeros(0)).toBe(exact.filter((value) => value === 0).length);
        expect(sketch.positiveShare(0)).toBeCloseTo(exact.filter((value) => value > 0).length / exact.length, 12);
        expect(sketch.minimum(0) === Math.min(...exact)).toBe(true);
        expect(sketch.maximum(0) === Math.max(...exact)).toBe(true);
        expect(Math.abs(sketch.mean(0) - mean)).toBeLessThanOrEqual(1e-12 * Math.sqrt(squares));
        expect(Math.abs(sketch.variance(0) - (squares - mean ** 2))).toBeLessThanOrEqual(1e-12 * squares);
      }),
      { numRuns: 100 },
    );
  });

  it("shares the counts of the buckets out over equal bins", () => {
    fc.assert(
      fc.property(activations, fc.integer({ min: 1, max: 30 }), (values, bins) => {
        const { from, to, counts } = sketchOf(values).histogram(0, bins);
        const exact = Float32Array.from(values);
        expect([from === Math.min(...exact), to === Math.max(...exact)]).toEqual([true, true]);
        expect(counts.every((count) => count >= 0)).toBe(true);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(values.length, 6);
      }),
      { numRuns: 100 },
    );
  });

  it("draws the histogram of uniform data flat", () => {
    const rng = new Rng(2);
    const { counts } = sketchOf(draw(100_000, () => 4 * rng.random() - 1)).histogram(0, 20);
    for (const count of counts) expect(Math.abs(count - 5000)).toBeLessThan(400);
  });

  it("counts NaN and infinities apart and leaves them out of everything else", () => {
    const sketch = sketchOf([1, Number.NaN, -2, Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY, Number.NaN]);
    expect([sketch.count(0), sketch.nans(0), sketch.infinities(0)]).toEqual([3, 2, 2]);
    expect([sketch.minimum(0), sketch.maximum(0), sketch.zeros(0)]).toEqual([-2, 1, 1]);
    expect(sketch.mean(0)).toBeCloseTo(-1 / 3, 12);
    expect(sketchOf([Number.NaN]).quantile(0, 0.5)).toBeNaN();
  });

  it("clamps magnitudes beyond 2^16 and below 2^-16 into the end buckets but keeps the extremes", () => {
    const sketch = sketchOf([1e-30, 3e-6, 1e9, 1e30, -1e20]);
    expect(sketch.maximum(0)).toBe(Math.fround(1e30));
    expect(sketch.quantile(0, 1)).toBeLessThanOrEqual(sketch.maximum(0));
    expect(sketch.quantile(0, 1)).toBeGreaterThan(60000);
    expect(sketch.quantile(0, 0.3)).toBeLessThan(2e-5);
    expect(sketch.quantile(0, 0)).toBeLessThan(-60000);
  });

  it("gives a constant back as every quantile", () => {
    for (const value of [0, 0.37, -12]) {
      const sketch = sketchOf([value, value, value]);
      for (const q of [0, 0.3, 0.995, 1]) expect(sketch.quantile(0, q)).toBe(Math.fround(value));
    }
  });

  it("refuses to merge sketches of different layers", () => {
    expect(() => sketchOf([1]).merge(new ActivationSketch(2, kernel))).toThrow("cannot merge 2 units into 1");
  });
});
