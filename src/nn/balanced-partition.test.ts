import { expect, it } from "vitest";
import { Rng, Tensor } from "../graph/index.ts";
import { balancedPartition } from "./balanced-partition.ts";

const rng = new Rng(3);

/** The largest weight within parts, over all ways to make them. */
function bestByTrying(w: Float64Array, n: number, size: number): number {
  const labels = new Int32Array(n);
  const counts = new Int32Array(n / size);
  const place = (node: number, within: number): number => {
    if (node === n) return within;
    let best = Number.NEGATIVE_INFINITY;
    for (let part = 0; part < counts.length; part++) {
      if (counts[part] === size) continue;
      let added = 0;
      for (let k = 0; k < node; k++) if (labels[k] === part) added += w[node * n + k];
      labels[node] = part;
      counts[part]++;
      best = Math.max(best, place(node + 1, within + added));
      counts[part]--;
      if (counts[part] === 0) break;
    }
    return best;
  };
  return place(0, 0);
}

function symmetric(n: number, seed: number): Tensor {
  const values = rng.split(seed).normal([n, n]).numbers();
  return Tensor.of(
    Array.from({ length: n * n }, (_, i) => values[i] + values[(i % n) * n + Math.floor(i / n)]),
    [n, n],
    "float64",
  );
}

it("is the best of all partitions of a few nodes", () => {
  for (const seed of [1, 2, 3, 4]) {
    const weights = symmetric(8, seed);
    const found = balancedPartition(weights, 2, { restarts: 20 });
    expect(found.within).toBeCloseTo(bestByTrying(weights.numbers(), 8, 2), 9);
    const counts = new Int32Array(4);
    for (const label of found.labels) counts[label]++;
    expect([...counts]).toEqual([2, 2, 2, 2]);
  }
});

it("finds planted groups, and is k-means of equal sizes on inner products", () => {
  const [groups, size, width] = [4, 6, 5];
  const means = rng.normal([groups, width]).numbers();
  const noise = rng.normal([groups * size, width], 0, 0.1).numbers();
  const n = groups * size;
  const points = noise.map((v, i) => v + 3 * means[(Math.floor(i / width) % groups) * width + (i % width)]);
  const inner = (i: number, j: number) => {
    let sum = 0;
    for (let d = 0; d < width; d++) sum += points[i * width + d] * points[j * width + d];
    return sum;
  };
  const weights = Tensor.of(
    Array.from({ length: n * n }, (_, i) => inner(Math.floor(i / n), i % n)),
    [n, n],
    "float64",
  );
  const { labels, within } = balancedPartition(weights, size);
  for (let i = groups; i < n; i++) expect(labels[i]).toBe(labels[i % groups]);
  let [squares, inertia] = [0, 0];
  for (let i = 0; i < n; i++) squares += inner(i, i);
  for (let i = 0; i < n; i++)
    for (let d = 0; d < width; d++) {
      const members = Array.from({ length: n }, (_, j) => j).filter((j) => labels[j] === labels[i]);
      const mean = members.reduce((sum, j) => sum + points[j * width + d], 0) / size;
      inertia += (points[i * width + d] - mean) ** 2;
    }
  expect(inertia).toBeCloseTo(squares - (2 * within + squares) / size, 8);
});

it("refuses what makes no equal parts", () => {
  expect(() => balancedPartition(symmetric(8, 1), 3)).toThrow("8 nodes make no parts of 3");
  expect(() => balancedPartition(Tensor.zeros([2, 3]), 1)).toThrow("no matrix [nodes, nodes]");
});
