/** @file Experiment 1: motifs that were planted, found again; against the same recordings without time. */

import type { Recording } from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import type { Run } from "../../../run.ts";
import { louvain } from "../../louvain.ts";
import { graphOfMatrix } from "../../weighted-graph.ts";
import { type AffinityTensor, affinityTensor } from "../affinity.ts";
import { patternCommunities } from "../communities.ts";
import { type Motif, motifsOf } from "../dynamic-connectome.ts";
import { chooseRank, type Ntf, type RankScore, scoreOf, selectComponents } from "../ntf.ts";
import { communityRiver, motifPicture } from "../pictures.ts";
import { meanAbsoluteCorrelation, meanAffinity } from "../static-connectome.ts";
import { type PlantedMotif, type PlantedOptions, plantedMotifs } from "./planted-motifs.ts";
import { communityScore, matchInTime, mean, memberScore, pairAuroc } from "./scores.ts";
import { factorised } from "./starts.ts";
import { windowedCorrelation } from "./windowed-correlation.ts";

export interface PlantedExperiment extends PlantedOptions {
  readonly rank: number;
  readonly highestRank: number;
  readonly starts: number;
  readonly sweeps: number;
  readonly restarts: number;
}

export async function plantedExperiment(options: PlantedExperiment, run: Run): Promise<void> {
  const { rank, highestRank, starts, sweeps, restarts } = options;
  const { recordings, motifs } = plantedMotifs(run.rng.split("planted motifs"), options);
  const affinity = affinityTensor(recordings);
  const fits: Ntf[] = [];
  for (let r = 2; r <= highestRank; r++) {
    run.progress("factorising the planted recordings", r - 2, highestRank - 1, "ranks");
    fits.push(
      await run.part(`planted, rank ${r}`, ({ rng }) => factorised(affinity.A, { rank: r, starts, sweeps }, run, rng)),
    );
  }
  run.progress("factorising the planted recordings", highestRank - 1, highestRank - 1, "ranks");
  reportRanks(run, fits.map(scoreOf));
  const fit = fits.find((candidate) => candidate.rank === rank) ?? fits[fits.length - 1];

  const dynamic = await run.part("planted, communities", async ({ rng }) =>
    scored(affinity, fit, motifs, { restarts }, rng),
  );
  const arms = await run.part("planted, other ways", async ({ rng }) => ({
    dense: scored(affinity, fit, motifs, { restarts, sparsity: 0 }, rng.split("dense")),
    correlation: await correlationArm(recordings, affinity, motifs, options, run, rng.split("windows")),
    static: staticArm(recordings, affinity, motifs, restarts, rng.split("static")),
  }));

  run.metric("temporal loading cosine", mean(dynamic.cosines));
  run.metric("affinity pattern AUROC", mean(dynamic.aurocs));
  run.metric("community NMI", mean(dynamic.nmi));
  run.metric("community NMI, members", mean(dynamic.members));
  run.metric("static NMI, members", mean(arms.static.members));
  run.metric("dynamic minus static NMI", mean(dynamic.members) - mean(arms.static.members));
  run.table("planted motifs", {
    caption: "The whole method against parts of it, and against connectomes without time; means over the motifs.",
    columns: ["connectome", "temporal loading cosine", "AUROC of pairs", "NMI, all neurons", "NMI, members"],
    rows: [
      ["differential affinity, factorised", ...rowOf(dynamic)],
      ["the same, all pairs kept as edges", ...rowOf(arms.dense)],
      ["correlation in windows of 10 s, factorised", ...rowOf(arms.correlation)],
      ["mean affinity, block model", null, mean(arms.static.aurocs), mean(arms.static.nmi), mean(arms.static.members)],
      ["mean |correlation|, Louvain", null, null, mean(arms.static.louvainNmi), mean(arms.static.louvainMembers)],
    ],
  });
  drawMotifs(run, affinity, dynamic.found, motifs);
}

interface Scores {
  readonly cosines: number[];
  readonly aurocs: number[];
  readonly nmi: number[];
  readonly members: number[];
}

const rowOf = (scores: Scores): number[] => [scores.cosines, scores.aurocs, scores.nmi, scores.members].map(mean);

/** The components that match the planted motifs, with their communities, held against them. */
function scored(
  affinity: Pick<AffinityTensor, "times" | "pairs" | "names">,
  fit: Pick<Ntf, "lambda" | "factors">,
  motifs: readonly PlantedMotif[],
  options: { readonly restarts: number; readonly sparsity?: number },
  rng: Rng,
): Scores & { readonly found: Motif[] } {
  const { component, cosines } = matchInTime(motifs, fit.factors[0], affinity.times);
  const found = motifsOf(affinity, selectComponents(fit, component), options, rng);
  return {
    found,
    cosines,
    aurocs: found.map(({ fa }, k) => pairAuroc(fa, affinity.pairs, motifs[k])),
    nmi: found.map(({ communities }, k) => communityScore(communities, motifs[k])),
    members: found.map(({ communities }, k) => memberScore(communities, motifs[k])),
  };
}

/** The usual way to see a connectome change: correlations in windows instead of differential affinities, then the same stages 2 and 3. */
async function correlationArm(
  recordings: readonly Recording[],
  { pairs, names }: AffinityTensor,
  motifs: readonly PlantedMotif[],
  { rank, starts, sweeps, restarts }: PlantedExperiment,
  run: Run,
  rng: Rng,
): Promise<Scores> {
  const { A, times } = windowedCorrelation(recordings, 10);
  const fit = await factorised(A, { rank, starts, sweeps }, run, rng.split("starts"));
  return scored({ times, pairs, names }, fit, motifs, { restarts }, rng.split("communities"));
}

/** One partition for all times, by block model and by modularity, held against each motif. */
function staticArm(
  recordings: readonly Recording[],
  { A, mask, pairs, names }: AffinityTensor,
  motifs: readonly PlantedMotif[],
  restarts: number,
  rng: Rng,
) {
  const pattern = meanAffinity(A, mask);
  const block = patternCommunities(pattern, pairs, names.length, { restarts }, rng.split("block model")).levels[0];
  const correlation = graphOfMatrix(names.length, meanAbsoluteCorrelation(recordings));
  const modules = louvain(correlation, rng.split("louvain"));
  return {
    aurocs: motifs.map((motif) => pairAuroc(pattern, pairs, motif)),
    nmi: motifs.map((motif) => communityScore(block, motif)),
    members: motifs.map((motif) => memberScore(block, motif)),
    louvainNmi: motifs.map((motif) => communityScore(modules, motif)),
    louvainMembers: motifs.map((motif) => memberScore(modules, motif)),
  };
}

function reportRanks(run: Run, scores: readonly RankScore[]): void {
  run.metric("rank chosen by similarity", chooseRank(scores));
  run.figure("ranks", {
    kind: "plot",
    title: "How many motifs",
    caption:
      "Relative error of the best start, and how alike the starts are; beyond the rank that the data have, starts begin to differ.",
    marks: [
      {
        mark: "line",
        data: scores.flatMap(({ rank, error, similarity }) => [
          { rank, value: error, curve: "relative error" },
          { rank, value: similarity, curve: "similarity of starts" },
        ]),
        x: "rank",
        y: "value",
        stroke: "curve",
        marker: true,
      },
      { mark: "ruleY", data: [0.8], strokeDasharray: "4 4" },
    ],
    x: { label: "rank" },
    y: { label: "relative error, similarity", domain: [0, 1] },
    color: { label: "curve" },
  });
}

function drawMotifs(
  run: Run,
  affinity: AffinityTensor,
  found: readonly Motif[],
  motifs: readonly PlantedMotif[],
): void {
  const titles = motifs.map(({ window: [from, to] }, k) => `motif ${k + 1} (${from}–${to} s)`);
  const shaded = motifs.map(({ window }) => [window]);
  run.figure("planted motifs", motifPicture(found, { ...affinity, titles, shaded }));
  run.figure("river of communities", communityRiver(found, affinity.names, titles));
}
