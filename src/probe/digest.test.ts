import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../graph/rng.ts";
import { type ActivationLayout, digest, sampleDigests } from "./digest.ts";
import { DigestKernel } from "./digest-kernel.ts";
import { ActivationSketch } from "./sketch.ts";

/** Activations of a unit in a sample, without the cells left out. */
function planeOf(
  values: Float32Array,
  units: number,
  layout: ActivationLayout,
  sample: number,
  unit: number,
): number[] {
  const { order, cells, skip = 0 } = layout;
  return Array.from({ length: cells - skip }, (_, i) => {
    const cell = i + skip;
    const index = order === "planes" ? (sample * units + unit) * cells + cell : (sample * cells + cell) * units + unit;
    return values[index];
  });
}

const layouts = fc
  .record({
    order: fc.constantFrom("planes" as const, "rows" as const),
    samples: fc.integer({ min: 1, max: 4 }),
    cells: fc.integer({ min: 1, max: 40 }),
    units: fc.integer({ min: 1, max: 5 }),
    skip: fc.integer({ min: 0, max: 2 }),
    negatives: fc.boolean(),
    broken: fc.constantFrom(0, 0.3),
    seed: fc.integer(),
  })
  .filter(({ cells, skip }) => skip < cells);

const kernel = new DigestKernel();

describe("digest", () => {
  it("finds what a brute-force pass over each plane finds, in both layouts", () => {
    fc.assert(
      fc.property(layouts, ({ order, samples, cells, units, skip, negatives, broken, seed }) => {
        const rng = new Rng(seed);
        const activation = () => {
          if (rng.random() < broken) return rng.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
          // Few different values: ties for the maximum.
          const value = rng.int(-4, 5) / 4;
          return negatives ? value : Math.max(0, value);
        };
        const values = Float32Array.from({ length: samples * units * cells }, activation);
        const layout = { order, samples, cells, skip };
        const sketch = new ActivationSketch(units, kernel);
        const into = sampleDigests(samples, units);
        digest(sketch, values, layout, into);
        for (let unit = 0; unit < units; unit++) {
          const alone = new ActivationSketch(1, kernel);
          for (let sample = 0; sample < samples; sample++) {
            const plane = planeOf(values, units, layout, sample, unit);
            const finite = plane.filter(Number.isFinite);
            const index = sample * units + unit;
            if (finite.length === 0) {
              expect([into.maxima[index], into.means[index]]).toEqual([Number.NaN, Number.NaN]);
            } else {
              expect(into.maxima[index]).toBe(Math.max(...finite));
              expect(into.argmaxima[index]).toBe(plane.indexOf(Math.max(...finite)));
              expect(into.means[index]).toBeCloseTo(finite.reduce((sum, value) => sum + value, 0) / finite.length, 5);
            }
            alone.add(0, Float32Array.from(plane));
          }
          expect(sketch.quantile(unit, 0.7)).toEqual(alone.quantile(0, 0.7));
          expect([sketch.count(unit), sketch.zeros(unit), sketch.nans(unit)]).toEqual([
            alone.count(0),
            alone.zeros(0),
            alone.nans(0),
          ]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("counts the same in batches larger than its room, and after the memory has grown", () => {
    const rng = new Rng(3);
    for (const order of ["planes", "rows"] as const) {
      const [samples, units, cells] = [3, 7, 30_000];
      const values = Float32Array.from({ length: samples * units * cells }, () => rng.random() - 0.5);
      const sketch = new ActivationSketch(units);
      const into = sampleDigests(samples, units);
      digest(sketch, values, { order, samples, cells }, into);
      const unit = 5;
      const planes = [0, 1, 2].map((sample) => planeOf(values, units, { order, samples, cells }, sample, unit));
      const alone = new ActivationSketch(1);
      for (const plane of planes) alone.add(0, Float32Array.from(plane));
      expect(sketch.histogram(unit, 50)).toEqual(alone.histogram(0, 50));
      const maxima = planes.map((plane) => plane.reduce((a, b) => Math.max(a, b)));
      expect(planes.map((_, sample) => into.maxima[sample * units + unit])).toEqual(maxima);
    }
  });

  it("says so when activations do not fit the layout", () => {
    const sketch = new ActivationSketch(2);
    const layout = { order: "planes", samples: 1, cells: 3 } as const;
    expect(() => digest(sketch, new Float32Array(5), layout, sampleDigests(1, 2))).toThrow(
      "5 activations for 1 samples",
    );
  });
});
