import { expect, it } from "vitest";
import { Rng, Tensor } from "../../../graph/index.ts";
import { zeros } from "../matrix.ts";
import { mergeTree } from "./co-cluster.ts";
import { coCluster, sampleStats } from "./index.ts";

it("groups units of both nets by what they share, with the size of the shared subspace", async () => {
  const rng = new Rng(2);
  // Three sources: units of both nets follow the first two, units of net b alone the third.
  const sources = Array.from({ length: 2000 }, () => [rng.gaussian(), rng.gaussian(), rng.gaussian()]);
  const unit = (s: number[], k: number, sign = 1) => sign * s[k] + 0.2 * rng.gaussian();
  const a = sources.map((s) => [unit(s, 0), unit(s, 1), unit(s, 0, -1), 3]);
  const b = sources.map((s) => [unit(s, 2), unit(s, 1), unit(s, 2), unit(s, 0)]);
  const stats = await sampleStats(Tensor.of(a, undefined, "float64"), Tensor.of(b, undefined, "float64"));
  const { label, clusters, tree } = await coCluster(stats, { k: 3 });
  expect(label[3]).toBe(-1);
  const named = clusters.map((c) => `${c.a.join(",")} | ${c.b.join(",")}`).sort();
  expect(named).toEqual([" | 0,2", "0,2 | 3", "1 | 1"]);
  for (const { meanAbsCorr, dim } of clusters) {
    expect(meanAbsCorr).toBeGreaterThan(0.9);
    expect(dim).toBeLessThan(1.1);
  }
  expect(tree.length).toBe(2);
  await expect(coCluster(stats, { k: 8 })).rejects.toThrow("7 live units do not make 8 clusters");
});

it("merges what is most alike first", () => {
  const affinity = zeros(4, 4);
  for (const [i, j, value] of [
    [0, 1, 0.9],
    [2, 3, 0.7],
    [0, 2, 0.1],
    [0, 3, 0.2],
    [1, 2, 0.3],
    [1, 3, 0.2],
  ]) {
    affinity.data[i * 4 + j] = value;
    affinity.data[j * 4 + i] = value;
  }
  const tree = mergeTree(affinity, [[0], [1], [2], [3]]);
  expect(tree.map(({ left, right }) => [left, right])).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  expect(tree[2].affinity).toBeCloseTo(0.2, 12);
});
