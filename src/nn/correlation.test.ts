import { expect, it } from "vitest";
import { Rng } from "../graph/index.ts";
import { pearson, permutationP, ranks, spearman } from "./correlation.ts";

it("lists that rise together, against each other, not at all", () => {
  expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 15);
  expect(pearson([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 15);
  expect(pearson([1, 2, 3], [5, 5, 5])).toBe(0);
  expect(pearson([1e-100, 2e-100, 4e-100], [1, 2, 4])).toBeCloseTo(1, 12);
  expect(() => pearson([1, 2], [1])).toThrow(/no pairs/);
});

it("Spearman sees the order alone, and equal values share their ranks", () => {
  expect(Array.from(ranks([10, 30, 20, 20]))).toEqual([1, 4, 2.5, 2.5]);
  expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 15);
  // 1 − 6 Σ d² / (n (n² − 1)) without equal values.
  const [a, b] = [
    [3, 1, 4, 1.5, 9],
    [2, 7, 1, 8, 2.8],
  ];
  const [ra, rb] = [ranks(a), ranks(b)];
  const squares = ra.reduce((sum, rank, i) => sum + (rank - rb[i]) ** 2, 0);
  expect(spearman(a, b)).toBeCloseTo(1 - (6 * squares) / (5 * 24), 14);
});

it("the permutation test: all 24 pairings of four, two of which are as far from 0", () => {
  expect(permutationP([1, 2, 3, 4], [1, 2, 3, 4], 20_000, new Rng(1))).toBeCloseTo(2 / 24, 2);
  // Without a connection p is uniform: its mean is a half.
  const rng = new Rng(2);
  const draw = () => Array.from({ length: 10 }, () => rng.gaussian());
  const ps = Array.from({ length: 200 }, () => permutationP(draw(), draw(), 200, rng));
  expect(ps.reduce((x, y) => x + y, 0) / 200).toBeCloseTo(0.5, 1);
});
