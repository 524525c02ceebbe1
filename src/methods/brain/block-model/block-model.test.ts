import { describe, expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { groupCount, normalisedMutualInformation } from "../../../nn/index.ts";
import { degreesOf, neighboursOf, type WeightedGraph } from "../weighted-graph.ts";
import { benchmarkGraph, plantedGraph } from "./benchmark-graphs.ts";
import { findsLeast, largestMoveError, partitionsOf } from "./identities.ts";
import { descriptionLength, weightedSbm } from "./index.ts";
import { lnBinomial, lnFactorial, lnMultiset } from "./log-factorial.ts";
import { edgeCountTerm, pairTerm } from "./terms.ts";

const unweighted = ({ n, i, j }: WeightedGraph): WeightedGraph => ({ n, i, j });

describe("counts", () => {
  it("factorials beyond the table go on without a step", () => {
    for (const n of [40_000, 123_456]) {
      let sum = 0;
      for (let k = 2; k <= n; k++) sum += Math.log(k);
      expect(Math.abs(lnFactorial(n) - sum) / sum).toBeLessThan(1e-12);
    }
    expect(lnBinomial(10, 3)).toBeCloseTo(Math.log(120), 12);
    expect(lnMultiset(3, 4)).toBeCloseTo(Math.log(15), 12);
  });
});

describe("the description length", () => {
  const options = { n: 12, groups: 3, edge: [0.7, 0.3], weight: [3, 1] } as const;
  const { graph, groups: labels } = plantedGraph(new Rng(1), options);

  it("of one group is that of a random graph with exponential weights", () => {
    const m = graph.i.length;
    const x = (graph.w as Float64Array).reduce((sum, w) => sum + w, 0);
    const beta = x / m;
    const weights = (m + 1) * Math.log(x + beta) - Math.log(beta) - lnFactorial(m);
    const one = descriptionLength(graph, [new Int32Array(12)]);
    expect(one).toBeCloseTo(lnBinomial(66, m) + Math.log(12) + weights, 10);
    expect(descriptionLength(unweighted(graph), [new Int32Array(12)])).toBeCloseTo(
      lnBinomial(66, m) + Math.log(12),
      10,
    );
  });

  it("is a probability: over all graphs with given groups and edge counts, the topology's sums to 1", () => {
    const groups = Int32Array.of(0, 0, 1, 1, 1);
    const pairs = Array.from({ length: 25 }, (_, k) => [Math.floor(k / 5), k % 5]).filter(([a, b]) => a < b);
    const sums = new Map<string, number>();
    for (let set = 0; set < 2 ** pairs.length; set++) {
      const chosen = pairs.filter((_, k) => (set >> k) & 1);
      const counts = [0, 0, 0];
      for (const [a, b] of chosen) counts[groups[a] + groups[b]]++;
      const small = { n: 5, i: Int32Array.from(chosen, ([a]) => a), j: Int32Array.from(chosen, ([, b]) => b) };
      const rest =
        edgeCountTerm(2, chosen.length) + lnFactorial(5) - Math.log(2) - Math.log(6) + Math.log(4) + Math.log(5);
      const key = counts.join();
      sums.set(key, (sums.get(key) ?? 0) + Math.exp(rest - descriptionLength(small, [groups])));
    }
    expect(sums.size).toBe(2 * 7 * 4);
    for (const sum of sums.values()) expect(sum).toBeCloseTo(1, 10);
  });

  it("of weights is a density: it integrates to 1", () => {
    const model = { topology: "plain", beta: 0.8 } as const;
    const base = pairTerm({ ...model, beta: undefined }, 1, 2, false, 1, 0);
    let sum = 0;
    // w = t / (1 − t) maps (0, 1) onto all weights.
    for (let k = 0; k < 20_000; k++) {
      const t = (k + 0.5) / 20_000;
      const w = t / (1 - t);
      sum += Math.exp(base - pairTerm(model, 1, 2, false, 1, w)) / (1 - t) ** 2 / 20_000;
    }
    expect(sum).toBeCloseTo(1, 4);
  });

  it("grows by ln c for each edge when weights are c times as large", () => {
    const scaled = { ...graph, w: (graph.w as Float64Array).map((w) => 7 * w) };
    const grown = descriptionLength(scaled, [labels]) - descriptionLength(graph, [labels]);
    expect(grown).toBeCloseTo(graph.i.length * Math.log(7), 8);
  });

  it("does not depend on the names of groups or nodes", () => {
    const order = new Rng(2).permutation(12);
    const permuted = { ...graph, i: graph.i.map((v) => order[v]), j: graph.j.map((v) => order[v]) };
    const moved = new Int32Array(12);
    for (let v = 0; v < 12; v++) moved[order[v]] = 5 - labels[v];
    for (const degreeCorrected of [false, true])
      expect(descriptionLength(permuted, [moved], { degreeCorrected })).toBeCloseTo(
        descriptionLength(graph, [labels], { degreeCorrected }),
        9,
      );
  });

  it("of a second level with one group costs only its name; with one group the nested model is the flat one", () => {
    const two = descriptionLength(graph, [labels, new Int32Array(12)]);
    expect(two).toBeCloseTo(descriptionLength(graph, [labels]) + Math.log(3), 10);
    const { graph: random } = plantedGraph(new Rng(3), { n: 30, groups: 1, edge: [0.3, 0.3], weight: [1, 1] });
    const nested = weightedSbm(random, { nested: true, degreeCorrected: false, restarts: 2 });
    expect(groupCount(nested.levels[0])).toBe(1);
    expect(nested.dl).toBeCloseTo(weightedSbm(random, { nested: false, degreeCorrected: false, restarts: 2 }).dl, 10);
  });
});

describe("moves", () => {
  for (const degreeCorrected of [false, true])
    for (const weighted of [true, false])
      for (const nested of [false, true])
        it(`change what recomputing says: ${JSON.stringify({ degreeCorrected, weighted, nested })}`, () => {
          const check = { degreeCorrected, weighted, nested };
          expect(largestMoveError(new Rng(11), 150, check)).toBeLessThan(1e-13);
        });
});

describe("weightedSbm", () => {
  it("finds what trying all 4,140 partitions of 8 nodes finds", () => {
    expect([...partitionsOf(8)].length).toBe(4140);
    for (let seed = 0; seed < 3; seed++) expect(findsLeast(new Rng(seed))).toBe(true);
  });

  it("reads groups off weights where the topology has none, and not without them", () => {
    const { graph, groups } = plantedGraph(new Rng(5), { n: 90, groups: 3, edge: [0.3, 0.3], weight: [4, 1] });
    const found = weightedSbm(graph, { restarts: 1 });
    expect(normalisedMutualInformation(found.levels[0], groups)).toBeGreaterThan(0.9);
    expect(groupCount(weightedSbm(unweighted(graph), { restarts: 1 }).levels[0])).toBe(1);
  });

  it("is described as it says, level by level; two nodes of a group are together in restarts", () => {
    const { graph, groups } = plantedGraph(new Rng(6), { n: 96, groups: 12, edge: [0.9, 0.05] });
    const found = weightedSbm(graph, { restarts: 1, degreeCorrected: false });
    expect(descriptionLength(graph, found.levels)).toBeCloseTo(found.dl, 7);
    const flat = weightedSbm(graph, { restarts: 1, degreeCorrected: false, nested: false });
    expect(found.dl).toBeLessThanOrEqual(flat.dl + 1e-9);
    expect(normalisedMutualInformation(found.levels[0], groups)).toBe(1);
    expect(found.coassign[0 * 96 + 1]).toBe(1);
    expect(found.coassign[0 * 96 + 95]).toBe(0);
  });

  it("keeps hubs with their group when degrees are free, and apart when not", () => {
    const rng = new Rng(8);
    const n = 120;
    const edges: [number, number][] = [];
    const pull = Float64Array.from({ length: n }, () => 0.3 - Math.log(1 - rng.random()));
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++)
        if (rng.random() < pull[i] * pull[j] * (i % 2 === j % 2 ? 0.08 : 0.008)) edges.push([i, j]);
    const graph = { n, i: Int32Array.from(edges, ([i]) => i), j: Int32Array.from(edges, ([, j]) => j) };
    const truth = Int32Array.from({ length: n }, (_, v) => v % 2);
    const [free, plain] = [true, false].map((degreeCorrected) => weightedSbm(graph, { degreeCorrected, restarts: 1 }));
    expect(groupCount(free.levels[0])).toBe(2);
    expect(normalisedMutualInformation(free.levels[0], truth)).toBeGreaterThan(0.7);
    expect(groupCount(plain.levels[0])).toBeGreaterThan(2);
    expect(weightedSbm(graph, { restarts: 1 }).dl).toBe(Math.min(free.dl, plain.dl));
  });

  it("names the first edge that is wrong", () => {
    const graph = { n: 3, i: Int32Array.of(0, 1), j: Int32Array.of(1, 2) };
    expect(() => weightedSbm({ ...graph, w: Float32Array.of(1, -2) })).toThrow("edge 1 (1–2) has weight -2");
    expect(() => weightedSbm({ ...graph, w: Float32Array.of(Number.NaN, 1) })).toThrow("edge 0 (0–1) has weight NaN");
    expect(() => weightedSbm({ n: 3, i: Int32Array.of(0, 1), j: Int32Array.of(1, 0) })).toThrow(
      "edge 1 (1–0) is there twice",
    );
    expect(() => weightedSbm({ n: 2, i: Int32Array.of(0), j: Int32Array.of(2) })).toThrow("edge 0 (0–2)");
    expect(degreesOf(neighboursOf(graph))).toEqual(Float64Array.of(1, 2, 1));
  });

  it("gives a graph without edges one group", () => {
    expect(weightedSbm({ n: 5, i: new Int32Array(0), j: new Int32Array(0) }).levels[0]).toEqual(new Int32Array(5));
  });
});

describe("benchmarkGraph", () => {
  it("has the degrees, the mixing and the strengths that were asked for", () => {
    const options = {
      n: 125,
      meanDegree: 25,
      maxDegree: 100,
      degreeExponent: 2,
      sizeExponent: 1,
      mixingTopology: 0.25,
      mixingWeights: 0.5,
      strengthExponent: 1,
    };
    let [edges, outside, weightOutside, weight] = [0, 0, 0, 0];
    for (let seed = 0; seed < 5; seed++) {
      const { graph, groups } = benchmarkGraph(new Rng(seed), options);
      expect(groupCount(groups)).toBeGreaterThan(1);
      edges += graph.i.length / 5;
      graph.i.forEach((i, e) => {
        const w = graph.w?.[e] ?? 0;
        weight += w;
        if (groups[i] === groups[graph.j[e]]) return;
        outside++;
        weightOutside += w;
      });
    }
    expect((2 * edges) / 125).toBeGreaterThan(21);
    expect((2 * edges) / 125).toBeLessThan(29);
    expect(outside / (5 * edges)).toBeGreaterThan(0.15);
    expect(outside / (5 * edges)).toBeLessThan(0.35);
    expect(weightOutside / weight).toBeGreaterThan(0.35);
    expect(weightOutside / weight).toBeLessThan(0.6);
  });
});
