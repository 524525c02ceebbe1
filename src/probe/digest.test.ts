import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../graph/rng.ts";
import { type ActivationLayout, digest } from "./digest.ts";
import { DigestKernel } from "./digest-kernel.ts";
import { ActivationSketch } from "./sketch.ts";

/** Activations of a unit in a sample. */
function planeOf(
  values: Float32Array,
  units: number,
  layout: ActivationLayout,
  sample: number,
  unit: number,
): number[] {
  const { order, cells } = layout;
  return Array.from({ length: cells }, (_, cell) => {
    const index = order === "planes" ? (sample * units + unit) * cells + cell : (sample * cells + cell) * units + unit;
    return values[index];
  });
}

const layouts = fc.record({
  order: fc.constantFrom("planes" as const, "rows" as const),
  samples: fc.integer({ min: 1, max: 4 }),
  cells: fc.integer({ min: 1, max: 40 }),
  units: fc.integer({ min: 1, max: 5 }),
  negatives: fc.boolean(),
  broken: fc.constantFrom(0, 0.3),
  seed: fc.integer(),
});

const kernel = new DigestKernel();

/** A sketch of one unit's activations, plane by plane. */
function alone(planes: readonly number[][]): ActivationSketch {
  const sketch = new ActivationSketch(1, kernel);
  for (const plane of planes) sketch.add(0, Float32Array.from(plane));
  return sketch;
}

describe("digest", () => {
  it("counts what a pass over each plane counts, in both layouts", () => {
    fc.assert(
      fc.property(layouts, ({ order, samples, cells, units, negatives, broken, seed }) => {
        const rng = new Rng(seed);
        const activation = () => {
          if (rng.random() < broken) return rng.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
          const value = rng.int(-4, 5) / 4;
          return negatives ? value : Math.max(0, value);
        };
        const values = Float32Array.from({ length: samples * units * cells }, activation);
        const layout = { order, samples, cells };
        const sketch = new ActivationSketch(units, kernel);
        digest(sketch, values, layout);
        for (let unit = 0; unit < units; unit++) {
          const planes = Array.from({ length: samples }, (_, sample) => planeOf(values, units, layout, sample, unit));
          const finite = planes.flat().filter(Number.isFinite);
          expect(sketch.count(unit)).toBe(finite.length);
          expect(sketch.zeros(unit)).toBe(finite.filter((value) => value === 0).length);
          expect(sketch.nans(unit)).toBe(planes.flat().filter(Number.isNaN).length);
          expect(sketch.infinities(unit)).toBe(planes.flat().length - finite.length - sketch.nans(unit));
          expect(sketch.quantile(unit, 0.7)).toEqual(alone(planes).quantile(0, 0.7));
          if (finite.length > 0) {
            expect([sketch.minimum(unit), sketch.maximum(unit)]).toEqual([Math.min(...finite), Math.max(...finite)]);
            expect(sketch.mean(unit)).toBeCloseTo(finite.reduce((sum, value) => sum + value, 0) / finite.length, 5);
          }
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
      digest(sketch, values, { order, samples, cells });
      const unit = 5;
      const planes = [0, 1, 2].map((sample) => planeOf(values, units, { order, samples, cells }, sample, unit));
      expect(sketch.histogram(unit, 50)).toEqual(alone(planes).histogram(0, 50));
    }
  });

  it("says so when activations do not fit the layout", () => {
    const layout = { order: "planes", samples: 1, cells: 3 } as const;
    expect(() => digest(new ActivationSketch(2), new Float32Array(5), layout)).toThrow("5 activations for 1 samples");
  });
});
