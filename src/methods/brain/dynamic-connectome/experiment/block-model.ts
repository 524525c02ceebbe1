/** @file Experiment 2: groups that only weights tell, that only edges tell, none at all, and the weighted benchmark in nine settings. */

import type { Rng } from "../../../../graph/index.ts";
import { groupCount, normalisedMutualInformation } from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";
import {
  type BenchmarkOptions,
  benchmarkGraph,
  type KnownGroups,
  plantedGraph,
} from "../../block-model/benchmark-graphs.ts";
import { type WeightedSbm, weightedSbm } from "../../block-model/index.ts";
import { louvain } from "../../louvain.ts";
import type { WeightedGraph } from "../../weighted-graph.ts";
import { mean } from "./scores.ts";

export interface BlockModelExperiment {
  /** Graphs of each simple kind, null graphs, and benchmark graphs per setting. */
  readonly graphs: number;
  readonly nullGraphs: number;
  readonly benchmarkGraphs: number;
  readonly restarts: number;
}

const withoutWeights = ({ n, i, j }: WeightedGraph): WeightedGraph => ({ n, i, j });

/** The level that agrees most: what the authors report. */
function bestLevel({ levels }: WeightedSbm, groups: Int32Array): number {
  return Math.max(...levels.map((labels) => normalisedMutualInformation(labels, groups)));
}

const finest = ({ levels }: WeightedSbm, groups: Int32Array): number => normalisedMutualInformation(levels[0], groups);

export async function blockModelExperiment(options: BlockModelExperiment, run: Run): Promise<void> {
  await simpleGraphs(options, run);
  await benchmark(options, run);
}

async function simpleGraphs({ graphs, nullGraphs, restarts }: BlockModelExperiment, run: Run): Promise<void> {
  const [size, even] = [{ n: 90, groups: 3 }, [0.3, 0.3]] as const;
  const found = await run.part("block model, simple graphs", async ({ rng }) => {
    const many = async (kind: string, count: number, make: (own: Rng) => KnownGroups) => {
      const all: SimpleScores[] = [];
      for (let k = 0; k < count; k++) {
        await run.breathe();
        const own = rng.split(`${kind} ${k}`);
        all.push(scoreSimple(make(own), restarts, own));
      }
      return all;
    };
    return {
      weights: await many("weights", graphs, (own) => plantedGraph(own, { ...size, edge: even, weight: [4, 1] })),
      edges: await many("edges", graphs, (own) => plantedGraph(own, { ...size, edge: [0.4, 0.15] })),
      none: await many("none", nullGraphs, (own) => plantedGraph(own, { ...size, edge: even })),
    };
  });
  run.metric("weights-only NMI", mean(found.weights.map(({ weighted }) => weighted)));
  run.metric("weights-only NMI without weights", mean(found.weights.map(({ bare }) => bare)));
  run.metric("topology-only NMI", mean(found.edges.map(({ weighted }) => weighted)));
  run.metric("null graphs with one group, share", mean(found.none.map(({ groups }) => Number(groups === 1))));
  run.table("block model, simple graphs", {
    caption:
      "Normalised mutual information with the planted groups (finest level), and groups found; means over graphs.",
    columns: [
      "graph",
      "weighted block model",
      "block model without weights",
      "Louvain",
      "groups found (3 planted, or 1)",
    ],
    rows: (
      [
        ["only weights tell", found.weights],
        ["only edges tell", found.edges],
        ["nothing to tell", found.none],
      ] as const
    ).map(([name, all]) => [
      name,
      ...(name === "nothing to tell"
        ? [null, null, null]
        : [mean(all.map((g) => g.weighted)), mean(all.map((g) => g.bare)), mean(all.map((g) => g.modules))]),
      mean(all.map((g) => g.groups)),
    ]),
  });
}

type SimpleScores = ReturnType<typeof scoreSimple>;

function scoreSimple({ graph, groups }: KnownGroups, restarts: number, rng: Rng) {
  const fit = (g: WeightedGraph, how: string) => weightedSbm(g, { restarts, rng: rng.split(how) });
  const weighted = fit(graph, "weighted");
  return {
    weighted: finest(weighted, groups),
    bare: finest(fit(withoutWeights(graph), "bare"), groups),
    modules: normalisedMutualInformation(louvain(graph, rng.split("louvain")), groups),
    groups: groupCount(weighted.levels[0]),
  };
}

/** The authors' nine settings. */
const settings: readonly { readonly name: string; readonly change: Partial<BenchmarkOptions> }[] = [
  { name: "β = 0.5", change: { strengthExponent: 0.5 } },
  { name: "β = 1", change: { strengthExponent: 1 } },
  { name: "β = 2", change: {} },
  { name: "μt = 0.25", change: { mixingTopology: 0.25 } },
  { name: "μt = 0.50", change: {} },
  { name: "μt = 0.75", change: { mixingTopology: 0.75 } },
  { name: "⟨k⟩ = 10", change: { meanDegree: 10 } },
  { name: "μw = 0.25", change: { mixingWeights: 0.25 } },
  { name: "μw = 0.75", change: { mixingWeights: 0.75 } },
];

const standard: BenchmarkOptions = {
  n: 125,
  meanDegree: 25,
  maxDegree: 100,
  degreeExponent: 2,
  sizeExponent: 1,
  mixingTopology: 0.5,
  mixingWeights: 0.5,
  strengthExponent: 2,
};

async function benchmark({ benchmarkGraphs, restarts }: BlockModelExperiment, run: Run): Promise<void> {
  if (benchmarkGraphs === 0) return;
  const rows: { setting: string; method: string; nmi: number }[] = [];
  for (const [k, { name, change }] of settings.entries()) {
    run.progress("benchmark graphs", k, settings.length, "settings");
    const scores = await run.part(`block model, benchmark ${name}`, async ({ rng }) => {
      const all: ReturnType<typeof scoreBenchmark>[] = [];
      for (let g = 0; g < benchmarkGraphs; g++) {
        await run.breathe();
        all.push(scoreBenchmark({ ...standard, ...change }, restarts, rng.split(g)));
      }
      return all;
    });
    rows.push(
      { setting: name, method: "weighted block model", nmi: mean(scores.map(({ weighted }) => weighted)) },
      { setting: name, method: "block model without weights", nmi: mean(scores.map(({ bare }) => bare)) },
      { setting: name, method: "Louvain", nmi: mean(scores.map(({ modules }) => modules)) },
    );
  }
  run.progress("benchmark graphs", settings.length, settings.length, "settings");
  const methods = ["weighted block model", "block model without weights", "Louvain"];
  const score = (setting: string, method: string) =>
    rows.find((row) => row.setting === setting && row.method === method)?.nmi ?? null;
  run.metric(
    "benchmark NMI, mean of nine settings",
    mean(rows.filter((r) => r.method === methods[0]).map((r) => r.nmi)),
  );
  run.table("weighted benchmark", {
    caption:
      "Normalised mutual information with the planted groups, the best level of each hierarchy; means over graphs.",
    columns: ["setting", ...methods],
    rows: settings.map(({ name }) => [name, ...methods.map((method) => score(name, method))]),
  });
  run.figure("weighted benchmark", {
    kind: "plot",
    title: "Groups of weighted benchmark graphs",
    caption:
      "Agreement with the planted groups in nine settings of the weighted benchmark (125 nodes; where not said otherwise mean degree 25, β = 2, μt = μw = 0.5).",
    marks: [{ mark: "dot", data: rows, x: "nmi", y: "setting", fill: "method", r: 5 }],
    x: { label: "normalised mutual information (best level)", domain: [0, 1], grid: true },
    y: { label: "setting", type: "point", domain: settings.map(({ name }) => name) },
    color: { label: "method", domain: methods },
  });
}

function scoreBenchmark(options: BenchmarkOptions, restarts: number, rng: Rng) {
  const { graph, groups } = benchmarkGraph(rng.split("graph"), options);
  return {
    weighted: bestLevel(weightedSbm(graph, { restarts, rng: rng.split("weighted") }), groups),
    bare: bestLevel(weightedSbm(withoutWeights(graph), { restarts, rng: rng.split("bare") }), groups),
    modules: normalisedMutualInformation(louvain(graph, rng.split("louvain")), groups),
  };
}
