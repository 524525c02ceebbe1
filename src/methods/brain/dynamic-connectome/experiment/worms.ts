/** @file Experiment 3: seven freely moving worms around the onset of reversals. */

import { identifiedNeurons, loadWorms, type WormRecording } from "../../../../data/index.ts";
import { areaUnderRoc, groupCount } from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";
import { type AffinityTensor, affinityTensor } from "../affinity.ts";
import { motifsOf } from "../dynamic-connectome.ts";
import { motifPicture } from "../pictures.ts";
import { meanAffinity } from "../static-connectome.ts";
import { factorised } from "./starts.ts";

export interface WormExperiment {
  readonly wormRank: number;
  readonly starts: number;
  readonly sweeps: number;
  readonly restarts: number;
}

/** Interneurons and motor neurons known to drive reversals and the turns that follow them. */
const reversalCircuit = ["AVA", "AVE", "AVD", "RIM", "AIB", "RIV", "SMDV"];

export async function wormExperiment({ wormRank, starts, sweeps, restarts }: WormExperiment, run: Run): Promise<void> {
  const worms = (await loadWorms(run.data)).map(identifiedNeurons);
  const affinity = aroundReversals(worms);
  const average = meanAffinity(affinity.A, affinity.mask);
  const { A, mask, names, pairs, times } = affinity;
  const homologue = Array.from(average, (_, p) => areHomologues(names[pairs.i[p]], names[pairs.j[p]]));
  run.metric(
    "left-right homologue AUROC",
    areaUnderRoc(
      average.filter((_, p) => homologue[p]),
      average.filter((_, p) => !homologue[p]),
    ),
  );
  run.metric("left-right homologue pairs", homologue.filter(Boolean).length);
  run.metric("pairs of worm neurons", average.length);

  run.progress("factorising the worms", 0, 1, "tensors");
  const fit = await run.part("worms, factors", ({ rng }) =>
    factorised(A, { rank: wormRank, mask, starts, sweeps }, run, rng),
  );
  run.progress("factorising the worms", 1, 1, "tensors");
  const motifs = await run.part("worms, communities", async ({ rng }) => motifsOf(affinity, fit, { restarts }, rng));

  const peaks = motifs.map(({ ft }) => times[ft.indexOf(Math.max(...ft))]);
  const rises = motifs.map(({ ft }) => riseAtOnset(ft, times));
  const onset = rises.indexOf(Math.max(...rises));
  const top = motifs.map(({ fa }) => strongest(fa, 20).map((p) => [names[pairs.i[p]], names[pairs.j[p]]] as const));
  const share = (component: (typeof top)[number]) =>
    component.filter(([a, b]) => isReversal(a) && isReversal(b)).length / component.length;
  run.metric("reversal circuit, share of the top 20 pairs", share(top[onset]));
  const early = motifs.findIndex((_, k) => peaks[k] >= 0 && peaks[k] <= 4);
  run.metric("reversal circuit, motif with its peak within 4 s of the onset", early < 0 ? 0 : share(top[early]));
  run.metric("peak of the motif that rises at the onset", peaks[onset], { unit: "s" });
  run.metric("worm factors: relative error", fit.error[fit.error.length - 1]);
  run.metric("worm factors: similarity of starts", fit.similarity);
  run.table("worm motifs", {
    caption:
      "Motifs around the onset of reversals, heaviest first: how much they rise from the 4 s before to the 4 s after, when they peak, and their strongest pairs.",
    columns: [
      "motif",
      "weight",
      "rise at the onset",
      "peak (s after onset)",
      "share of reversal circuit in the top 20",
      "communities",
      "strongest pairs",
    ],
    rows: motifs.map(({ weight, communities }, k) => [
      `motif ${k + 1}`,
      weight,
      rises[k],
      peaks[k],
      share(top[k]),
      groupCount(communities),
      top[k]
        .slice(0, 8)
        .map(([a, b]) => `${a}–${b}`)
        .join(" "),
    ]),
  });
  run.figure("worm motifs", motifPicture(motifs, { ...affinity, time: "time after the onset of a reversal (s)" }));
}

/** (after − before) / (after + before) of the mean loadings in the 4 s after and before time 0. */
function riseAtOnset(ft: Float64Array, times: Float64Array): number {
  const average = (from: number, to: number) => {
    const inside = ft.filter((_, t) => times[t] >= from && times[t] < to);
    return inside.reduce((sum, value) => sum + value, 0) / inside.length;
  };
  const [before, after] = [average(-4, 0), average(0, 4)];
  return (after - before) / (after + before);
}

/** Affinities from 10 s before to 20 s after reversals, averaged over each worm's reversals. */
export function aroundReversals(worms: readonly WormRecording[]): AffinityTensor {
  return affinityTensor(worms, {
    sigmaSec: 1 / worms[0].fs,
    align: { events: worms.map(reversalOnsets), before: 10, after: 20 },
    seenIn: { neurons: 4, pairs: 3 },
    warn: () => undefined,
  });
}

/** Seconds at which a worm begins to move backwards, for at least 4 samples, after at least 5 forwards. */
export function reversalOnsets({ reversal, fs }: Pick<WormRecording, "reversal" | "fs">): number[] {
  const onsets: number[] = [];
  for (let t = 5; t + 4 <= reversal.length; t++) {
    const before = reversal.subarray(t - 5, t).every((value) => value === 0);
    if (before && reversal.subarray(t, t + 4).every((value) => value === 1)) onsets.push(t / fs);
  }
  return onsets;
}

/** Whether two neurons are the left and the right one of a pair. */
function areHomologues(a: string, b: string): boolean {
  return (
    a.slice(0, -1) === b.slice(0, -1) &&
    [a, b]
      .map((name) => name.slice(-1))
      .sort()
      .join("") === "LR"
  );
}

const isReversal = (name: string): boolean => reversalCircuit.includes(name.replace(/[LR]$/, ""));

function strongest(pattern: Float64Array, count: number): number[] {
  return Array.from(pattern.keys())
    .sort((a, b) => pattern[b] - pattern[a])
    .slice(0, count);
}
