import { expect, it } from "vitest";
import { modularSums } from "./modular-addition.ts";
import { torchPermutation } from "./torch-permutation.ts";

it("permutes as PyTorch does", () => {
  // torch.manual_seed(0); torch.randperm(10)
  expect(Array.from(torchPermutation(0, 10))).toEqual([4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
  // More than one block of words.
  const long = torchPermutation(0, 12769);
  expect(Array.from(long.subarray(0, 5))).toEqual([4182, 2608, 269, 825, 4847]);
  expect(Array.from(long.subarray(-3))).toEqual([10651, 5086, 8415]);
  expect(Array.from(torchPermutation(7, 10))).toEqual([5, 0, 3, 4, 1, 7, 9, 6, 8, 2]);
});

it("splits all sums", () => {
  const { train, test } = modularSums(7, 0.3, 0);
  expect([train.length, test.length]).toEqual([14, 35]);
  expect(new Set([...train, ...test].map(({ a, b }) => 7 * a + b)).size).toBe(49);
  for (const { a, b, sum } of train) expect(sum).toBe((a + b) % 7);
});
