import { describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { grad } from "./derivative.ts";
import { Rng } from "./rng.ts";
import { argsort, sort, topK } from "./sort.ts";
import { Tensor } from "./tensor.ts";
import type { Value } from "./value.ts";

describe("sort, argsort, topK", () => {
  const x = new Rng(1).normal([3, 5]);

  it("sort as Array.sort does, either way, on either axis", async () => {
    const f = compile((v: Value) => ({
      up: sort(v),
      down: sort(v, { descending: true }),
      columns: sort(v, { axis: 0 }),
      same: v.op("GatherElements", [argsort(v)], { axis: 1 }),
    }));
    const { up, down, columns, same } = await f(x);
    const rows = (t: Tensor, n: number) =>
      Array.from({ length: t.size / n }, (_, i) => [...t.numbers()].slice(i * n, i * n + n));
    const expected = rows(x, 5).map((row) => row.sort((a, b) => a - b));
    expect(rows(up, 5)).toEqual(expected);
    expect(rows(down, 5)).toEqual(expected.map((row) => row.toReversed()));
    expect(rows(same, 5)).toEqual(expected);
    const column = (t: Tensor, k: number) => rows(t, 5).map((row) => row[k]);
    for (let k = 0; k < 5; k++) expect(column(columns, k)).toEqual(column(x, k).sort((a, b) => a - b));
  });

  it("argsort of argsort is the rank, and keeps the order of equal ones", async () => {
    const ranks = await compile((v: Value) => argsort(argsort(v)))(Tensor.of([3, 1, 2, 1]));
    expect([...ranks.numbers()]).toEqual([3, 0, 2, 1]);
  });

  it("a sum of the k largest has gradient 1 there", async () => {
    const f = compile((v: Value) => grad((w: Value) => topK(w, 2).values.sum())(v));
    expect([...(await f(Tensor.of([1, 5, 3, 4]))).numbers()]).toEqual([0, 1, 0, 1]);
    const smallest = await compile((v: Value) => topK(v, 2, { largest: false }))(Tensor.of([1, 5, 3, 4]));
    expect([...smallest.indices.numbers()]).toEqual([0, 2]);
  });

  it("says what is wrong", async () => {
    await expect(compile((v: Value) => topK(v, 6).values)(x)).rejects.toThrow("k is 6, but axis 1 has 5 elements");
    await expect(compile((v: Value) => sort(v, { axis: 2 }))(x)).rejects.toThrow("axis 2 is outside rank 2");
  });
});
