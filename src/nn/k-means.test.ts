import { expect, it } from "vitest";
import { Rng, Tensor } from "../graph/index.ts";
import { kMeans } from "./k-means.ts";
import { adjustedRandIndex } from "./partition-agreement.ts";

it("finds clouds; it falls into the best of its starts", () => {
  const rng = new Rng(4);
  const labels = Array.from({ length: 150 }, (_, i) => i % 3);
  const cloud = (label: number) => Array.from({ length: 5 }, (_, k) => 3 * Number(label === k) + 0.3 * rng.gaussian());
  const x = Tensor.of(labels.flatMap(cloud), [150, 5]);
  const found = kMeans(x, 3, { restarts: 5 });
  expect(adjustedRandIndex(found.labels, labels)).toBe(1);
  expect(kMeans(x, 3, { restarts: 8 }).inertia).toBeLessThanOrEqual(found.inertia);
  expect(kMeans(Tensor.of([1, 1, 1, 1], [4, 1]), 2).inertia).toBe(0);
  expect(() => kMeans(x, 200)).toThrow("150 points do not make 200 clusters");
  expect(() => kMeans(Tensor.of([1, 2]), 1)).toThrow("no matrix [points, dimensions]");
});
