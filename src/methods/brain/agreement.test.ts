import { describe, expect, it } from "vitest";
import { Rng } from "../../graph/index.ts";
import { auroc } from "./auroc.ts";
import { louvain, modularity } from "./louvain.ts";
import { adjustedRandIndex, groupCount, normalisedMutualInformation } from "./partition-agreement.ts";
import { graphOfMatrix, type WeightedGraph } from "./weighted-graph.ts";

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
    expect(() => normalisedMutualInformation([0], [0, 1])).toThrow("1 and 2 nodes");
  });

  it("of random partitions is 0 on average, adjusted", () => {
    const rng = new Rng(2);
    let sum = 0;
    for (let k = 0; k < 2000; k++) sum += adjustedRandIndex(random(rng, 12, 3), random(rng, 12, 3));
    expect(Math.abs(sum / 2000)).toBeLessThan(0.01);
  });
});

describe("auroc", () => {
  it("counts pairs in the right order, ties as half", () => {
    const rng = new Rng(3);
    const scores = Array.from({ length: 40 }, () => rng.int(0, 8));
    const positive = scores.map((s) => rng.random() < s / 8);
    let [right, all] = [0, 0];
    for (let a = 0; a < 40; a++)
      for (let b = 0; b < 40; b++)
        if (positive[a] && !positive[b]) {
          all++;
          right += scores[a] > scores[b] ? 1 : scores[a] === scores[b] ? 0.5 : 0;
        }
    expect(auroc(scores, positive)).toBeCloseTo(right / all, 12);
    expect(auroc([1, 2], [true, true])).toBeNaN();
  });
});

describe("louvain", () => {
  const twoCliques = (n: number): WeightedGraph => {
    const matrix = new Float64Array(4 * n * n);
    for (let i = 0; i < 2 * n; i++)
      for (let j = 0; j < 2 * n; j++) if (i !== j && Math.floor(i / n) === Math.floor(j / n)) matrix[i * 2 * n + j] = 1;
    matrix[n] = matrix[2 * n * n] = 1;
    return graphOfMatrix(2 * n, matrix);
  };

  it("modularity of two cliques with one edge between them is what it is by hand", () => {
    const graph = twoCliques(5);
    const halves = Array.from({ length: 10 }, (_, v) => Math.floor(v / 5));
    expect(modularity(graph, halves)).toBeCloseTo(20 / 21 - 0.5, 12);
    expect(modularity(graph, new Int32Array(10))).toBeCloseTo(0, 12);
    expect(normalisedMutualInformation(louvain(graph, new Rng(1)), halves)).toBe(1);
  });

  it("finds a partition that no single move improves much, and that beats random ones", () => {
    const rng = new Rng(4);
    const n = 40;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++)
        matrix[i * n + j] = rng.random() < 0.2 ? rng.random() * (i % 4 === j % 4 ? 5 : 1) : 0;
    const graph = graphOfMatrix(n, matrix);
    const labels = louvain(graph, rng);
    for (let k = 0; k < 50; k++)
      expect(modularity(graph, labels)).toBeGreaterThan(modularity(graph, random(rng, n, groupCount(labels))));
  });
});
