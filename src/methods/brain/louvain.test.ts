import { describe, expect, it } from "vitest";
import { Rng } from "../../graph/index.ts";
import { groupCount, normalisedMutualInformation } from "../../nn/index.ts";
import { louvain, modularity } from "./louvain.ts";
import { graphOfMatrix, type WeightedGraph } from "./weighted-graph.ts";

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
    const groups = groupCount(labels);
    for (let k = 0; k < 50; k++) {
      const random = Int32Array.from({ length: n }, () => rng.int(0, groups));
      expect(modularity(graph, labels)).toBeGreaterThan(modularity(graph, random));
    }
  });
});
