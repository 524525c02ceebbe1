import { describe, expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { dualAscent } from "./experiment/dual-ascent.ts";
import { totalVariation, tvDenoise, tvObjective } from "./tv-denoise.ts";

const shape = [1, 20, 20];
const rng = new Rng(1);
/** A noisy step from 60 to 180. */
const step = Float32Array.from({ length: 400 }, (_, i) => (i % 20 < 10 ? 60 : 180) + 20 * rng.gaussian());

describe("total-variation denoising", () => {
  it.each([0.02, 0.1, 0.4, 2])("at w = %s is as good as 2000 steps of projected dual ascent", (weight) => {
    const twin = tvObjective(dualAscent(step, shape, weight, 2000), step, shape, weight);
    expect(tvObjective(tvDenoise(step, shape, weight), step, shape, weight)).toBeLessThan(twin * 1.001);
  });

  it("leaves the less variation, the smaller the weight", () => {
    const left = [2, 1, 0.4, 0.1, 0.05, 0.02, 0.01].map((w) => totalVariation(tvDenoise(step, shape, w), shape));
    for (let i = 1; i < left.length; i++) expect(left[i]).toBeLessThan(left[i - 1]);
    expect(left[0]).toBeLessThan(totalVariation(step, shape));
  });

  it("moves two pixels towards each other by 1/w, until they meet", () => {
    const exactly = { iterations: 3000, tolerance: 0 };
    expect([...tvDenoise(Float32Array.of(10, 30), [1, 1, 2], 0.5, exactly)]).toEqual([
      expect.closeTo(12, 3),
      expect.closeTo(28, 3),
    ]);
    expect([...tvDenoise(Float32Array.of(10, 30), [1, 2, 1], 0.05, exactly)]).toEqual([
      expect.closeTo(20, 3),
      expect.closeTo(20, 3),
    ]);
  });

  it("keeps the mean of each channel, and does not mix channels", () => {
    const two = Float32Array.from([...step, ...step.map((v) => 255 - v)]);
    const out = tvDenoise(two, [2, 20, 20], 0.1);
    const mean = (v: Float32Array) => v.reduce((a, b) => a + b, 0) / v.length;
    expect(mean(out.subarray(0, 400))).toBeCloseTo(mean(step), 1);
    expect([...out.subarray(0, 400)]).toEqual([...tvDenoise(step, shape, 0.1)]);
  });

  it("refuses what is no image", () => {
    expect(() => tvDenoise(step, [1, 20, 21], 1)).toThrow(/400 pixels are no image \[1, 20, 21\]/);
    expect(() => tvDenoise(step, shape, 0)).toThrow(/must be above 0/);
  });
});
