import { expect, it } from "vitest";
import { Rng } from "../graph/index.ts";
import { bestAssignment } from "./assignment.ts";

it("finds the best of all assignments", () => {
  const rng = new Rng(10);
  const orders = (n: number, k: number): number[][] =>
    k === 0
      ? [[]]
      : orders(n, k - 1).flatMap((head) =>
          Array.from({ length: n }, (_, c) => c)
            .filter((c) => !head.includes(c))
            .map((c) => [...head, c]),
        );
  for (let trial = 0; trial < 40; trial++) {
    const [rows, columns] = [4, 4 + (trial % 3)];
    const values = Array.from({ length: rows }, () => Float64Array.from({ length: columns }, () => rng.random()));
    const sum = (order: ArrayLike<number>) => values.reduce((s, row, r) => s + row[order[r]], 0);
    expect(sum(bestAssignment(values))).toBeCloseTo(Math.max(...orders(columns, rows).map(sum)), 12);
  }
});
