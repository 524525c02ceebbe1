import { expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { binning, binOf, mutualInformation, PairHistograms } from "./mutual-information.ts";

it("bins hold equally many; of a ReLU, what is inactive has one of its own", () => {
  const rng = new Rng(1);
  const normal = Float64Array.from({ length: 10_000 }, () => rng.gaussian());
  const counts = (values: Float64Array) => {
    const own = binning(values);
    const found = new Map<number, number>();
    for (const value of values) found.set(binOf(own, value), (found.get(binOf(own, value)) ?? 0) + 1);
    return [...found].sort(([x], [y]) => x - y).map(([, count]) => count);
  };
  expect(counts(normal)).toEqual(Array.from({ length: 10 }, () => 1000));
  const relu = normal.map((value) => Math.max(0, value));
  const inactive = relu.filter((value) => value === 0).length;
  const [first, ...active] = counts(relu);
  expect(first).toBe(inactive);
  expect(active.length).toBe(10);
  for (const count of active) expect(Math.abs(count - (10_000 - inactive) / 10)).toBeLessThanOrEqual(1);
  expect(counts(new Float64Array(50))).toEqual([50]);
});

it("is the entropy of a variable with itself, and nothing on average for independent ones", () => {
  expect(mutualInformation([500_000, 0, 0, 500_000], 2)).toBeCloseTo(Math.log(2), 5);
  const rng = new Rng(2);
  const estimates = Array.from({ length: 200 }, () => {
    const counts = new Float64Array(16);
    for (let s = 0; s < 500; s++) counts[rng.int(0, 16)]++;
    return mutualInformation(counts, 4);
  });
  // Without the correction the mean would be 9/1000.
  expect(Math.abs(estimates.reduce((a, b) => a + b, 0) / 200)).toBeLessThan(0.001);
});

it("sees what correlation does not", () => {
  const rng = new Rng(3);
  const x = Float64Array.from({ length: 20_000 }, () => rng.gaussian());
  const y = x.map((value) => value * value);
  const histograms = new PairHistograms([binning(x)], [binning(y)]);
  histograms.add(x, y, x.length);
  expect(histograms.information().data[0]).toBeGreaterThan(1);
});
