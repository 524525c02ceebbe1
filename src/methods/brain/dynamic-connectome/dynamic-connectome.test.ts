import { describe, expect, it } from "vitest";
import { Rng, Tensor } from "../../../graph/index.ts";
import { checkFigure } from "../../../plot/index.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import { louvain } from "../louvain.ts";
import { graphOfMatrix } from "../weighted-graph.ts";
import { affinityTensor } from "./affinity.ts";
import { patternCommunities, patternGraph, quantile } from "./communities.ts";
import { contrast, dynamicConnectome } from "./dynamic-connectome.ts";
import { type PlantedOptions, plantedMotifs } from "./experiment/planted-motifs.ts";
import { matchInTime, mean, memberScore, pairAuroc } from "./experiment/scores.ts";
import { reversalOnsets } from "./experiment/worms.ts";
import method from "./method.ts";
import { meanAbsoluteCorrelation, meanAffinity } from "./static-connectome.ts";

/** Two motifs, one after the other, in six animals. */
const small: PlantedOptions = {
  neurons: 24,
  animals: 6,
  duration: 120,
  windows: [
    [0, 60],
    [60, 120],
  ],
  animalsPerMotif: 5,
  groups: 2,
};

describe("dynamicConnectome", () => {
  const { recordings, motifs } = plantedMotifs(new Rng(1), small);
  const stimuli = { light: [[0, 60]], sound: [[60, 120]] } as const;
  const found = dynamicConnectome(recordings, { rank: 3, restarts: 1, stimuli });

  it("finds planted motifs: when, who, and the groups; without time the groups are not to be seen", () => {
    const { component, cosines } = matchInTime(
      motifs,
      found.motifs.map(({ ft }) => ft),
      found.times,
    );
    expect(mean(cosines)).toBeGreaterThan(0.85);
    const matched = Array.from(component, (r) => found.motifs[r]);
    expect(mean(matched.map(({ fa }, k) => pairAuroc(fa, found.pairs, motifs[k])))).toBeGreaterThan(0.93);
    const dynamic = mean(matched.map(({ communities }, k) => memberScore(communities, motifs[k])));
    const { A, mask, pairs, names } = affinityTensor(recordings);
    const still = patternCommunities(meanAffinity(A, mask), pairs, names.length, { restarts: 1 }, new Rng(1)).levels[0];
    expect(dynamic).toBeGreaterThan(0.8);
    expect(dynamic - mean(motifs.map((motif) => memberScore(still, motif)))).toBeGreaterThan(0.3);
    expect(matched[0].stimulus?.light).toBeGreaterThan(0.5);
    expect(matched[0].stimulus?.sound).toBeCloseTo(-Number(matched[0].stimulus?.light), 10);
  });

  it("gives the same for the same seed, and does not depend on the order of the animals", () => {
    expect(dynamicConnectome(recordings, { rank: 3, restarts: 1, stimuli })).toEqual(found);
    const turned = dynamicConnectome([...recordings].reverse(), { rank: 3, restarts: 1 });
    expect(turned.error).toBeCloseTo(found.error, 3);
    expect(turned.animals).toEqual([...found.animals].reverse());
  });

  it("chooses a rank when none is given", () => {
    const scanned = dynamicConnectome(recordings, { ranks: [1, 2], starts: 2, sweeps: 20, restarts: 1 });
    expect(scanned.scan?.map(({ rank }) => rank)).toEqual([1, 2]);
    expect([1, 2]).toContain(scanned.rank);
  });
});

describe("contrast", () => {
  it("is 1 inside, −1 outside, 0 for both alike", () => {
    const times = [0, 1, 2, 3];
    expect(contrast([1, 1, 0, 0], times, [[0, 2]])).toBe(1);
    expect(contrast([0, 0, 1, 1], times, [[0, 2]])).toBe(-1);
    expect(contrast([1, 1, 1, 1], times, [[0, 2]])).toBe(0);
    expect(contrast([3, 1, 1, 1], times, [[0, 1]])).toBeCloseTo(0.5, 12);
    expect(contrast([1, 1, 1, 1], times, [])).toBe(0);
  });
});

describe("patternGraph", () => {
  it("keeps the strongest quarter, less the threshold, of mean 1; zeros are no edges", () => {
    const pairs = { i: Int32Array.of(0, 0, 0, 1, 1, 2), j: Int32Array.of(1, 2, 3, 2, 3, 3) };
    const graph = patternGraph([0, 1, 2, 3, 4, 8], pairs, 4, { sparsity: 0.6 });
    expect(quantile([0, 1, 2, 3, 4, 8], 0.6)).toBe(3);
    expect([graph.i, graph.j]).toEqual([Int32Array.of(1, 2), Int32Array.of(3, 3)]);
    expect(Array.from(graph.w ?? [])).toEqual([1 / 3, 5 / 3]);
    expect(patternGraph([0, 0, 0, 0, 0, 1], pairs, 4, { sparsity: 0 }).i.length).toBe(1);
  });
});

describe("static connectomes", () => {
  it("average over what was seen", () => {
    const A = Tensor.of([1, 2, 3, 9, 5, 6, 7, 9], [2, 2, 2]);
    const mask = Tensor.of([1, 1, 1, 0, 1, 1, 1, 0], [2, 2, 2], "bool");
    expect(meanAffinity(A, mask)).toEqual(Float64Array.of(4, 4));
  });

  it("correlations of copies are 1, whatever their sign", () => {
    const { recordings } = plantedMotifs(new Rng(2), { ...small, animals: 1, duration: 30, windows: [[0, 30]] });
    const [{ traces, ...rest }] = recordings;
    const mirrored = Float32Array.from([...traces.subarray(0, 120), ...traces.subarray(0, 120).map((x) => -2 * x)]);
    const matrix = meanAbsoluteCorrelation([{ ...rest, traces: mirrored, names: ["a", "b"] }]);
    expect(matrix[1]).toBeCloseTo(1, 10);
    expect(louvain(graphOfMatrix(2, matrix), new Rng(1))).toEqual(new Int32Array(2));
  });
});

describe("reversal onsets", () => {
  it("are beginnings of at least 4 samples after at least 5 forwards", () => {
    const reversal = Float64Array.from("0000011110000111100000111000001111", Number);
    expect(reversalOnsets({ reversal, fs: 2 })).toEqual([2.5, 15]);
  });
});

describe("the experiment", () => {
  it("finds in seconds what its quick form can find", async () => {
    const run = memoryRun(1);
    await method.run(method.options.parse({ ...method.quick, worms: false }), run);
    const exact = method.bars.filter(({ over }) => over === "every seed");
    expect(exact.length).toBe(5);
    for (const { metric, atLeast = -Infinity, atMost = Infinity } of exact) {
      expect(run.metrics[metric]).toBeGreaterThanOrEqual(atLeast);
      expect(run.metrics[metric]).toBeLessThanOrEqual(atMost);
    }
    expect(Object.keys(run.figures)).toEqual(["ranks", "planted motifs", "river of communities"]);
    for (const [name, figure] of Object.entries(run.figures)) expect(() => checkFigure(figure), name).not.toThrow();
    expect(run.tables["planted motifs"].rows.length).toBe(5);
  });
});
