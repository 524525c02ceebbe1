import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng, Tensor } from "../../graph/index.ts";
import { conditionalGdv, gdvNull } from "./discrimination-controls.ts";
import { gdv } from "./generalized-discrimination.ts";
import { pairwiseGdv } from "./pairwise-gdv.ts";

const matrix = (rows: ArrayLike<number>, points: number) =>
  new Tensor("float64", [points, rows.length / points], Float64Array.from(rows));

/** Points of some classes that are a little apart, in dimensions of very different scale. */
function points(seed: number, count: number, dimensions: number, classes: number) {
  const rng = new Rng(seed);
  const labels = Array.from({ length: count }, (_, i) => `c${i % classes}`);
  const data = Float64Array.from(
    { length: count * dimensions },
    (_, at) => (rng.gaussian() + 0.3 * (Math.floor(at / dimensions) % classes)) * 10 ** ((at % dimensions) % 5),
  );
  return { x: new Tensor("float64", [count, dimensions], data), labels };
}

describe("the generalized discrimination value", () => {
  it("is that of a double loop over all pairs", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const rng = new Rng(seed);
      const { x, labels } = points(seed, rng.int(20, 90), rng.int(1, 30), rng.int(2, 6));
      expect(Math.abs((await gdv(x, labels)).gdv - pairwiseGdv(x, labels))).toBeLessThan(1e-10);
    }
  });

  it("and so over several blocks of points, some of them the same", async () => {
    const { x, labels } = points(1, 700, 90, 3);
    const data = x.numbers();
    data.copyWithin(90 * 600, 0, 90 * 50);
    const doubled = matrix(data, 700);
    expect(Math.abs((await gdv(doubled, labels)).gdv - pairwiseGdv(doubled, labels))).toBeLessThan(1e-10);
  });

  it("does not change when dimensions are scaled, shifted, in other order, or there twice", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), async (seed) => {
        const { x, labels } = points(seed, 40, 4, 3);
        const rows = Array.from({ length: 40 }, (_, i) => Array.from(x.numbers().subarray(4 * i, 4 * i + 4)));
        const { gdv: value } = await gdv(x, labels);
        const changed = rows.map(([a, b, c, d]) => [-3 * d, a + 7, 100 * b, c, -3 * d, a + 7, 100 * b, c]);
        expect(Math.abs((await gdv(matrix(changed.flat(), 40), labels)).gdv - value)).toBeLessThan(1e-12);
        // A constant dimension tells nothing, and does not count.
        const constant = await gdv(
          matrix(
            rows.flatMap((row) => [...row, 5]),
            40,
          ),
          labels,
        );
        expect(constant.dimensions).toBe(4);
        expect(constant.gdv).toBeCloseTo(value, 13);
      }),
      { numRuns: 8 },
    );
  });

  it("is exactly −1 for two points' worth of classes", async () => {
    const x = matrix(
      Array.from({ length: 12 }, (_, i) => (i < 6 ? -1 : 1)),
      12,
    );
    const result = await gdv(
      x,
      Array.from({ length: 12 }, (_, i) => Number(i < 6)),
    );
    expect(result.gdv).toBe(-1);
    expect([...result.intra]).toEqual([0, 0]);
    expect([...result.inter.numbers()]).toEqual([0, 1, 1, 0]);
  });

  it("asks before it takes memory for many points; a part is a part", async () => {
    const many = Tensor.zeros([5001, 1]);
    const labels = Array.from({ length: 5001 }, (_, i) => i % 2);
    await expect(gdv(many, labels)).rejects.toMatchObject({ code: "too-large", message: /5001 points take 95 MiB/ });
    const { x, labels: some } = points(3, 300, 5, 2);
    const part = await gdv(x, some, { subsample: 200, seed: 4 });
    expect(part.gdv).not.toBe((await gdv(x, some)).gdv);
    expect(part.gdv).toBe((await gdv(x, some, { subsample: 200, seed: 4 })).gdv);
    expect((await gdv(x, some, { subsample: 300 })).gdv).toBe((await gdv(x, some)).gdv);
  });

  it("names what it cannot be computed of", async () => {
    const x = matrix([1, 2, 3, 4], 4);
    await expect(gdv(x, ["a", "a", "a", "a"])).rejects.toThrow('all points are of one class ("a")');
    await expect(gdv(x, ["a", "a", "a", "b"])).rejects.toThrow('class "b" has one point');
    await expect(gdv(x, ["a", "b"])).rejects.toThrow("4 points have 2 labels");
    await expect(gdv(matrix([1, 1, 1, 1], 4), [0, 0, 1, 1])).rejects.toThrow("all points are the same");
    await expect(gdv(matrix([1, 2, Number.NaN, 4], 4), [0, 0, 1, 1])).rejects.toMatchObject({ code: "not-finite" });
  });
});

it("labels in random order give a value around 0", async () => {
  const { x, labels } = points(2, 400, 10, 4);
  const band = await gdvNull(x, labels, 100, 1);
  expect(Math.abs(band.mean)).toBeLessThan(0.001);
  expect(band.low).toBeLessThan(band.mean);
  expect(band.high).toBeGreaterThan(band.mean);
  expect((await gdv(x, labels)).gdv).toBeLessThan(band.low);
});

describe("within groups", () => {
  it("classes that only follow the groups are not apart", async () => {
    // Points lie where their group is; the class follows the group nine times of ten.
    const rng = new Rng(6);
    const given = Array.from({ length: 600 }, (_, i) => i % 3);
    const labels = given.map((group) => (rng.random() < 0.8 ? group : rng.int(0, 3)));
    const x = matrix(
      given.flatMap((group) => [group + 0.1 * rng.gaussian(), rng.gaussian()]),
      600,
    );
    expect((await gdv(x, labels)).gdv).toBeLessThan(-0.1);
    const within = await conditionalGdv(x, labels, given);
    expect(Math.abs(within.gdv)).toBeLessThan(0.02);
    expect(within.groups.map(({ given: group }) => group)).toEqual([0, 1, 2]);
  });

  it("is the mean of the groups' values by their numbers of points; small classes are left out", async () => {
    const { x, labels } = points(8, 90, 3, 3);
    const given = Array.from({ length: 90 }, (_, i) => (i < 60 ? "first" : "second"));
    const result = await conditionalGdv(x, labels, given);
    const numbers = x.numbers();
    const values = [
      await gdv(matrix(numbers.slice(0, 180), 60), labels.slice(0, 60)),
      await gdv(matrix(numbers.slice(180), 30), labels.slice(60)),
    ];
    expect(result.gdv).toBeCloseTo((2 * values[0].gdv + values[1].gdv) / 3, 12);
    const few = await conditionalGdv(x, labels, given, { fewest: 15 });
    expect(few.groups.length).toBe(1);
    await expect(conditionalGdv(x, labels, given, { fewest: 50 })).rejects.toThrow("no group has two classes");
  });
});
