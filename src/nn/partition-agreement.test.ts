import { describe, expect, it } from "vitest";
import { Rng } from "../graph/index.ts";
import { adjustedRandIndex, groupCount, normalisedMutualInformation, purity } from "./partition-agreement.ts";

const random = (rng: Rng, n: number, groups: number): Int32Array =>
  Int32Array.from({ length: n }, () => rng.int(0, groups));

describe("agreement of partitions", () => {
  it("is 1 for renamed groups, symmetric, and about 0 for unrelated ones", () => {
    const rng = new Rng(1);
    const a = random(rng, 2000, 5);
    const b = random(rng, 2000, 3);
    for (const agreement of [normalisedMutualInformation, adjustedRandIndex]) {
      expect(
        agreement(
          a,
          a.map((r) => 9 - 2 * r),
        ),
      ).toBeCloseTo(1, 12);
      expect(agreement(a, b)).toBeCloseTo(agreement(b, a), 12);
      expect(Math.abs(agreement(a, b))).toBeLessThan(0.01);
    }
  });

  it("is what it is by hand", () => {
    // Joint counts 2 1 | 0 1: H(a) = ¾ ln 4/3 + ¼ ln 4, H(b) = ln 2.
    const [a, b] = [
      [0, 0, 0, 1],
      [0, 0, 1, 1],
    ];
    const joint = 0.5 * Math.log(2) + 0.5 * Math.log(4);
    const [ha, hb] = [0.75 * Math.log(4 / 3) + 0.25 * Math.log(4), Math.log(2)];
    expect(normalisedMutualInformation(a, b)).toBeCloseTo((2 * (ha + hb - joint)) / (ha + hb), 12);
    // Pairs together: 1 in both, 3 in a, 2 in b, of 6.
    expect(adjustedRandIndex(a, b)).toBeCloseTo((1 - 1) / (2.5 - 1), 12);
    expect(normalisedMutualInformation([0, 0], [1, 1])).toBe(1);
    expect(normalisedMutualInformation([0, 0], [0, 1])).toBe(0);
    expect(() => normalisedMutualInformation([0], [0, 1])).toThrow("1 and 2 things");
  });

  it("of random partitions is 0 on average, adjusted", () => {
    const rng = new Rng(2);
    let sum = 0;
    for (let k = 0; k < 2000; k++) sum += adjustedRandIndex(random(rng, 12, 3), random(rng, 12, 3));
    expect(Math.abs(sum / 2000)).toBeLessThan(0.01);
  });

  it("with names for groups, and by hand", () => {
    // Groups of (2, 2, 2) and (3, 3): 2 pairs in both, 3 and 6 of 15 in each: (2 − 6/5)/(9/2 − 6/5).
    expect(adjustedRandIndex([0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1])).toBeCloseTo(8 / 33, 12);
    expect(adjustedRandIndex(["x", "x", "y"], [7, 7, 1])).toBe(1);
    expect(adjustedRandIndex([0, 0, 0], [1, 1, 1])).toBe(1);
    expect(purity([0, 0, 0, 1, 1], ["a", "a", "b", "b", "b"])).toBe(0.8);
    expect(groupCount(["a", "b", "a"])).toBe(2);
  });
});
