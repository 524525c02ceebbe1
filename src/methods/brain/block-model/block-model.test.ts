import { describe, expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { canonicalLabels, groupCount, normalisedMutualInformation } from "../partition-agreement.ts";
import { degreesOf, neighboursOf, type WeightedGraph } from "../weighted-graph.ts";
import { descriptionLength, priorScale } from "./description-length.ts";
import { attachLevels } from "./hierarchy.ts";
import { weightedSbm } from "./index.ts";
import { lnBinomial, lnFactorial, lnMultiset } from "./log-factorial.ts";
import { Partition } from "./partition.ts";
import { edgeCountTerm, pairTerm } from "./terms.ts";

/** Groups of equal size; edges and mean weights within and between them. */
function planted(rng: Rng, n: number, groups: number, edge: [number, number], weight: [number, number]): WeightedGraph {
  const edges: [number, number, number][] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const kind = i % groups === j % groups ? 0 : 1;
      if (rng.random() < edge[kind]) edges.push([i, j, -weight[kind] * Math.log(1 - rng.random())]);
    }
  }
  return {
    n,
    i: Int32Array.from(edges, ([i]) => i),
    j: Int32Array.from(edges, ([, j]) => j),
    w: Float64Array.from(edges, ([, , w]) => w),
  };
}

/** All partitions of n nodes, as restricted growth strings. */
function* partitionsOf(n: number): Generator<Int32Array> {
  const labels = new Int32Array(n);
  function* extend(v: number, groups: number): Generator<Int32Array> {
    if (v === n) yield labels.slice();
    else
      for (let r = 0; r <= groups; r++) {
        labels[v] = r;
        yield* extend(v + 1, Math.max(groups, r + 1));
      }
  }
  yield* extend(0, 0);
}

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
  const graph = planted(new Rng(1), 12, 3, [0.7, 0.3], [3, 1]);
  const labels = Int32Array.from({ length: 12 }, (_, v) => v % 3);

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
    const null1 = planted(new Rng(3), 30, 1, [0.3, 0.3], [1, 1]);
    const nested = weightedSbm(null1, { nested: true, degreeCorrected: false, restarts: 2 });
    expect(groupCount(nested.levels[0])).toBe(1);
    expect(nested.dl).toBeCloseTo(weightedSbm(null1, { nested: false, degreeCorrected: false, restarts: 2 }).dl, 10);
  });
});

describe("moves", () => {
  const upperLabels = [Int32Array.of(0, 0, 1, 1, 2, 2), Int32Array.of(0, 0, 1)];
  for (const weighted of [true, false]) {
    for (const topology of ["plain", "degree-corrected"] as const) {
      for (const nested of [false, true]) {
        it(`change what recomputing says: ${topology}${weighted ? ", weighted" : ""}${nested ? ", nested" : ""}`, () => {
          const rng = new Rng(11);
          const full = planted(rng, 30, 6, [0.6, 0.2], [4, 1]);
          const graph = weighted ? full : unweighted(full);
          const model = { topology, beta: priorScale(graph) };
          const start = Int32Array.from({ length: 30 }, (_, v) => v % 6);
          const partition = new Partition(neighboursOf(graph), model, start, 12, graph.i.length);
          if (nested) attachLevels(partition, upperLabels, graph.i.length);
          const levels = () => {
            const all: number[][] = [Array.from(partition.labels)];
            for (let level = partition.level; level.above !== undefined; level = level.above)
              all.push(all[all.length - 1].map((r) => level.parent[r]));
            return all;
          };
          const scratch = () =>
            descriptionLength(graph, levels(), { degreeCorrected: topology === "degree-corrected" });
          let standing = scratch();
          expect(partition.describe()).toBeCloseTo(standing, 8);
          let worst = 0;
          for (let step = 0; step < 250; step++) {
            const { level } = partition;
            const slot = level.emptySlot();
            let predicted: number;
            if (step % 25 === 24 && partition.groups > 3) {
              const [a, b] = [rng.pick(level.occupied), rng.pick(level.occupied)];
              if (a === b) continue;
              partition.beginGroup(a);
              predicted = level.change(b);
              partition.moveGroup(a, b);
            } else {
              const v = rng.int(0, 30);
              const begins = rng.random() < 0.2 && slot >= 0 && level.size[partition.labels[v]] > 1;
              const to = begins ? slot : rng.pick(level.occupied);
              if (to === partition.labels[v]) continue;
              partition.beginNode(v);
              predicted = level.change(to);
              partition.moveNode(v, to);
            }
            const now = scratch();
            worst = Math.max(worst, Math.abs(predicted - (now - standing)) / Math.max(1, Math.abs(now)));
            standing = now;
          }
          expect(worst).toBeLessThan(1e-11);
          expect(partition.describe()).toBeCloseTo(standing, 8);
        });
      }
    }
  }
});

describe("weightedSbm", () => {
  it("finds what trying all 4,140 partitions of 8 nodes finds", () => {
    const all = [...partitionsOf(8)];
    expect(all.length).toBe(4140);
    for (let seed = 0; seed < 4; seed++) {
      const graph = planted(new Rng(seed), 8, 2, [0.8, 0.3], [5, 0.5]);
      const least = (degreeCorrected: boolean) =>
        Math.min(...all.map((labels) => descriptionLength(graph, [labels], { degreeCorrected })));
      const found = weightedSbm(graph, { nested: false, restarts: 10, rng: new Rng(seed) });
      expect(found.ndcDl).toBeCloseTo(least(false), 9);
      expect(found.dcDl).toBeCloseTo(least(true), 9);
    }
  });

  it("reads groups off weights where the topology has none, and not without them", () => {
    const graph = planted(new Rng(5), 90, 3, [0.3, 0.3], [4, 1]);
    const truth = Int32Array.from({ length: 90 }, (_, v) => v % 3);
    const found = weightedSbm(graph, { restarts: 2 });
    expect(normalisedMutualInformation(found.levels[0], truth)).toBeGreaterThan(0.9);
    expect(groupCount(weightedSbm(unweighted(graph), { restarts: 2 }).levels[0])).toBe(1);
  });

  it("is described as it says, level by level; two nodes of a group are together in restarts", () => {
    const graph = planted(new Rng(6), 96, 12, [0.9, 0.05], [1, 1]);
    const found = weightedSbm(graph, { restarts: 2 });
    const { degreeCorrected } = found;
    expect(descriptionLength(graph, found.levels, { degreeCorrected })).toBeCloseTo(found.dl, 7);
    expect(found.dl).toBeLessThanOrEqual(weightedSbm(graph, { restarts: 2, nested: false }).dl + 1e-9);
    expect(
      normalisedMutualInformation(found.levels[0], canonicalLabels(Array.from({ length: 96 }, (_, v) => v % 12))),
    ).toBe(1);
    expect(found.coassign[0 * 96 + 12]).toBe(1);
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
