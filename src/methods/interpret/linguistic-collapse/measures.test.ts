import { expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { directMeasures } from "./experiment/direct.ts";
import { identities } from "./experiment/identities.ts";
import { clouds, listed, measured, simplex } from "./experiment/vectors.ts";
import { type ClassMeans, geometry, MeanAccumulator, type Rows, VarianceAccumulator } from "./index.ts";

it("a perfect simplex, noise on it, the formulas straight, rotations and shifts", async () => {
  const found = await identities(new Rng(3));
  expect(found.collapsed).toBeLessThan(1e-8);
  expect(found.cosine).toBeLessThan(1e-8);
  expect(found.agreement).toBe(1);
  expect(found.noise).toBeLessThan(0.03);
  expect(found.streaming).toBeLessThan(1e-9);
  expect(found.rotation).toBeLessThan(1e-6);
  expect(found.shift).toBeLessThan(1e-6);
  expect(found.shiftedDecisions).toBe(0);
});

it("two vectors a class, by hand", async () => {
  // Means (0, 1), (4, 0), (0, −5); the unweighted centre is (4/3, −4/3), whatever the counts.
  const rows = Float64Array.of(0, 0, 0, 2, 3, 0, 5, 0, 4, 0, 0, -5);
  const labels = [7, 7, 2, 2, 2, 4];
  const sums = new MeanAccumulator(9, 2);
  sums.add(rows, labels);
  const means = sums.means(1);
  expect(Array.from(means.ids)).toEqual([2, 4, 7]);
  expect(Array.from(means.means)).toEqual([4, 0, 0, -5, 0, 1]);
  expect(Array.from(means.centre)).toEqual([expect.closeTo(4 / 3, 14), expect.closeTo(-4 / 3, 14)]);
  const squares = new VarianceAccumulator(means);
  squares.add(rows, labels);
  expect(Array.from(squares.variances())).toEqual([2 / 3, 0, 1]);
  const found = await geometry(means, squares.variances(), { weight: means.means });
  expect(found.cdnv).toBeCloseTo((2 / 3 / 82 + (2 / 3 + 1) / 34 + 1 / 72) / 3, 14);
  expect(found.cdnv2).toBeCloseTo((2 / 3 / 82 / 41 + (2 / 3 + 1) / 34 / 17 + 1 / 72 / 36) / 3, 14);
  expect(found.perClass.map(({ id, nearest, nearestDist }) => [id, nearest, nearestDist ** 2])).toEqual([
    [2, 7, expect.closeTo(17, 12)],
    [4, 7, expect.closeTo(36, 12)],
    [7, 2, expect.closeTo(17, 12)],
  ]);
});

it("rare classes are left out everywhere, and so are rows of label −1", async () => {
  const data = clouds(new Rng(5), { classes: 10, width: 4, rows: 200 });
  const { byClass, head } = listed(data);
  const more = Float64Array.of(...data.rows, ...Array(8).fill(50));
  const labels = [...data.labels, 10, -1];
  const sums = new MeanAccumulator(11, 4);
  sums.add(more, labels);
  const means = sums.means(5);
  expect([means.ids.length, means.excluded]).toEqual([10, 1]);
  const squares = new VarianceAccumulator(means);
  squares.add(more, labels);
  const { cdnv, dualVar } = await geometry(means, squares.variances(), { weight: data.head });
  const direct = directMeasures(byClass, head, byClass.flat());
  expect([cdnv, dualVar]).toEqual([expect.closeTo(direct.cdnv, 12), expect.closeTo(direct.dualVar, 12)]);
});

it("the simplex error is what it cannot be for more classes than dimensions: the log kernel's variance still can fall", async () => {
  // 40 directions spread evenly round a circle: as uniform as they can be, and far from a simplex.
  const classes = 40;
  const rows = Float64Array.from({ length: 2 * classes }, (_, i) =>
    i % 2 === 0 ? Math.cos((Math.PI * i) / classes) : Math.sin((Math.PI * (i - 1)) / classes),
  );
  const labels = Int32Array.from({ length: 2 * classes }, (_, i) => i % classes);
  const circle = (points: Float64Array) =>
    measured({ width: 2, classes, rows: Float64Array.of(...points, ...points), labels, head: points });
  const even = await circle(rows);
  const rng = new Rng(9);
  const angles = Array.from({ length: classes }, () => 0.4 * rng.gaussian());
  const bunch = Float64Array.from({ length: 2 * classes }, (_, i) =>
    (i % 2 ? Math.sin : Math.cos)(angles[Math.floor(i / 2)]),
  );
  const uneven = await circle(bunch);
  expect(even.etfError).toBeGreaterThan(1);
  expect(uneven.etfError / even.etfError).toBeLessThan(1.2);
  expect(even.normCv).toBeLessThan(1e-12);
  expect(even.dualCos).toBeCloseTo(1, 12);
  expect(even.dualVar).toBeLessThan(1e-12);
  expect(uneven.logKernelVar).toBeGreaterThan(1.3 * even.logKernelVar);
});

it("duplicates are left out and counted", async () => {
  const data = simplex(new Rng(1), { classes: 4, width: 5 });
  const twice = {
    ...data,
    classes: 5,
    rows: Float64Array.of(...data.rows, ...data.rows.subarray(0, 5)),
    labels: Int32Array.of(...data.labels, 4),
    head: Float64Array.of(...data.head, ...data.head.subarray(0, 5)),
  };
  const { means, variances } = passes(twice.rows, twice.labels, 5, 5);
  const found = await geometry(means, variances, { weight: twice.head });
  expect(found.duplicates).toBe(1);
  expect(found.cdnv).toBeLessThan(1e-20);
  expect(found.logKernelVar).toBeLessThan(1e-1);
  expect(Number.isFinite(found.logKernelMean)).toBe(true);
});

it("a sample of the classes comes near to all of them, as near as its standard error says", async () => {
  const data = clouds(new Rng(2), { classes: 300, width: 8, rows: 3000 });
  const { means, variances } = passes(data.rows, data.labels, 300, 8);
  const all = await geometry(means, variances, { weight: data.head });
  expect(all.standardErrors).toBeUndefined();
  const errors: number[] = [];
  const promised: number[] = [];
  for (let seed = 0; seed < 30; seed++) {
    const some = await geometry(means, variances, { weight: data.head }, { sample: 60, seed });
    errors.push((some.cosMean - all.cosMean) ** 2);
    promised.push(some.standardErrors?.cosMean ?? 0);
    expect(some.perClass.filter(({ nearest }) => nearest >= 0).length).toBe(60);
  }
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(Math.sqrt(mean(errors)) / mean(promised)).toBeGreaterThan(0.6);
  expect(Math.sqrt(mean(errors)) / mean(promised)).toBeLessThan(1.6);
});

function passes(
  rows: Rows,
  labels: ArrayLike<number>,
  classes: number,
  width: number,
): { means: ClassMeans; variances: Float64Array } {
  const sums = new MeanAccumulator(classes, width);
  sums.add(rows, labels);
  const means = sums.means(1);
  const squares = new VarianceAccumulator(means);
  squares.add(rows, labels);
  return { means, variances: squares.variances() };
}
