/** @file What the experiment tells: metrics, tables, figures. */

import type { TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { encodeBrick } from "../brick.ts";
import { lossFigure, neuronMap, perturbationFigure, sparsityFigure } from "../figures.ts";
import { summariseScores } from "../functionality.ts";
import { partition } from "../partition.ts";
import type { Perturbation } from "../perturbation.ts";
import type { FunctionStudy } from "./functions.ts";
import type { GrowingStudy, Served } from "./growing.ts";
import type { Identities } from "./identities.ts";
import type { RoutingStudy } from "./routing.ts";
import type { StoriesStudy } from "./stories.ts";
import type { UpdateStudy } from "./updating.ts";

export function reportIdentities(run: Run, { averagePrecision, allOn, zeroed }: Identities): void {
  run.metric("average precision: largest difference from brute force", averagePrecision);
  run.metric("all bricks on: largest change of a logit", allOn);
  run.metric("neurons at zero against zeroed output columns: largest difference of a logit", zeroed);
}

export async function reportFunctions(run: Run, model: TextModel, study: FunctionStudy): Promise<void> {
  const { scores, perturbation, withoutResidents, sparsity, distribution, retrieved } = study;
  const summary = summariseScores(scores);
  const best = scores.functions.map((name) =>
    Math.max(...summary.filter((one) => one.function === name).map((one) => one.best)),
  );
  run.metric("functions whose best neuron scores 0.90 or more", best.filter((v) => v >= 0.9).length);
  run.metric(
    "scores: largest distance of a function's mean from that of random activations",
    Math.max(...scores.functions.map((name, f) => Math.abs(mean(ofFunction(summary, name)) - scores.random.mean[f]))),
  );
  run.metric(
    "scores: mean over neurons and functions minus that of random activations",
    mean(scores.functions.map((name, f) => mean(ofFunction(summary, name)) - scores.random.mean[f])),
  );
  run.table("scores", {
    columns: ["function", "layer", "best", "best 0.5 %", "mean", "random"],
    rows: summary.map((one) => [one.function, one.layer, one.best, one.bestHalfPercent, one.mean, one.random]),
    caption: "How well the activity of single neurons tells whether a prompt is of a function: average precision.",
  });
  reportPerturbation(run, perturbation, "");
  reportPerturbation(run, withoutResidents, " without residents");
  run.metric("resident neurons", Object.values(scores.residents).flat().length);
  run.metric("prompts whose function is retrieved", retrieved);
  for (const { by, masks, loss } of sparsity) {
    const rise = (mask: number) => mean(loss[masks.indexOf(mask)].map((value, f) => value - loss[0][f]));
    run.metric(`70 % masked by ${by}: rise of the loss`, rise(0.7), { unit: "nats" });
    run.metric(`rise of the loss with 90 % masked over that with 70 %, by ${by}`, rise(0.9) / rise(0.7));
  }
  run.table("masking", {
    columns: ["by", "masked", ...scores.functions],
    rows: sparsity.flatMap(({ by, masks, loss }) => masks.map((mask, m) => [by, mask, ...loss[m]])),
    caption: "Loss in nats per byte when the neurons with the smallest values are masked at each token.",
  });
  run.table("activations", {
    columns: ["layer", ...distribution.thresholds.map((t) => `≤ ${t}`)],
    rows: distribution.layers.map((name, l) => [name, ...distribution.atMost[l]]),
    caption: "Share of activations that are at most so large, as a share of the layer's largest at the token.",
  });
  const plan = await partition(model, "function", { scores });
  run.figure("neurons by function", neuronMap(plan));
  run.figure("perturbation", perturbationFigure(perturbation));
  run.figure("masking", sparsityFigure(sparsity));
}

function reportPerturbation(run: Run, { rise, random, overlap, pruned }: Perturbation, suffix: string): void {
  const count = pruned.length;
  const diagonal = mean(rise.map((row, f) => row[f]));
  const others = rise.flatMap((row, f) => row.filter((_, g) => g !== f));
  run.metric(
    `perturbation${suffix}: diagonal mean over off-diagonal mean of the rise of perplexity`,
    diagonal / mean(others),
  );
  run.metric(
    `perturbation${suffix}: rows with their maximum on the diagonal`,
    rise.filter((row, f) => row[f] === Math.max(...row)).length,
  );
  run.metric(`perturbation${suffix}: rise with random neurons over the diagonal mean`, mean(random) / diagonal);
  run.metric(`perturbation${suffix}: diagonal mean`, diagonal, { unit: "%" });
  run.metric(
    `overlap of different functions' neurons${suffix}`,
    overlap.flatMap((row, f) => row.filter((_, g) => g !== f)).reduce((a, b) => a + b, 0) / (count * (count - 1)),
  );
}

export function reportRouting(run: Run, { losses }: RoutingStudy): void {
  const at = (how: string, kind: string, share = 0.5) =>
    losses.find((one) => one.partition === how && one.router === kind && one.share === share);
  const rise = (how: string, kind: string) => at(how, kind)?.rise ?? Number.NaN;
  for (const how of ["coactivation", "weights"] as const) {
    const name = how === "weights" ? "weights" : "co-activation";
    run.metric(
      `half of the neurons: rise with bricks by ${name} over random bricks, learned router`,
      rise(how, "learned") / rise("random", "learned"),
    );
    run.metric(
      `half of the neurons: rise with bricks by ${name}, learned router over random router`,
      rise(how, "learned") / rise(how, "random"),
    );
    run.metric(
      `learned router, bricks by ${name}: recall of the oracle's bricks`,
      at(how, "learned")?.recall ?? Number.NaN,
    );
    run.metric(
      `learned router, bricks by ${name}: recall minus that of the centre router`,
      (at(how, "learned")?.recall ?? Number.NaN) - (at(how, "centre")?.recall ?? Number.NaN),
    );
  }
  run.metric("half of the neurons, bricks by co-activation: rise with the oracle", rise("coactivation", "oracle"), {
    unit: "nats",
  });
  run.metric(
    "half of the neurons, bricks by co-activation: rise with the learned router",
    rise("coactivation", "learned"),
    { unit: "nats" },
  );
  const learned = at("coactivation", "learned");
  if (learned !== undefined)
    run.metric(
      "half of the neurons, learned router included: share of the feed-forward FLOPs",
      learned.flops.configured / learned.flops.full,
    );
  run.table("routing", {
    columns: ["bricks", "router", "neurons run", "rise of the loss", "recall", "share of FLOPs"],
    rows: losses.map((one) => [
      one.partition,
      one.router,
      one.share,
      one.rise,
      one.recall,
      one.flops.configured / one.flops.full,
    ]),
    caption:
      "Loss in nats per byte above that of the whole model. The oracle runs all neurons to choose, which its FLOPs count.",
  });
  const curve = (how: string, kind: string) => ({
    name: how === "coactivation" ? "co-activation" : how,
    dashed: kind === "oracle",
    points: losses.filter((one) => one.partition === how && one.router === kind),
  });
  run.figure(
    "loss against neurons run",
    lossFigure(
      ["coactivation", "weights", "random"].flatMap((how) => [curve(how, "learned"), curve(how, "oracle")]),
      "Loss by the share of neurons that are run",
      "Bricks by co-activation, by weights, and at random; chosen by a learned router (solid) and by the oracle, which knows all activations (dashed).",
    ),
  );
}

export async function reportGrowing(run: Run, study: GrowingStudy): Promise<void> {
  const { functions, before, grown, fineTuned, union, weighted, off, bricks } = study;
  const worst = (of: (f: number) => number) => Math.max(...functions.map((_, f) => of(f)));
  const rise = ({ old }: Served) => mean(old.map((value, g) => value / before.old[g] - 1));
  run.metric(
    "growing: perplexity of the new function over that before, the larger",
    worst((f) => grown[f].fresh[f] / before.fresh[f]),
  );
  run.metric(
    "growing: perplexity of the new function over that of full fine-tuning, the larger",
    worst((f) => grown[f].fresh[f] / fineTuned[f].fresh[f]),
  );
  run.metric("growing: largest change of a logit with the brick off", off);
  run.metric("growing: mean rise on old functions with the brick on", 100 * mean(grown.map(rise)), { unit: "%" });
  run.metric("growing: mean rise on old functions by full fine-tuning", 100 * mean(fineTuned.map(rise)), { unit: "%" });
  run.metric(
    "growing: rise on old functions by full fine-tuning over that with the brick on",
    mean(fineTuned.map(rise)) / mean(grown.map(rise)),
  );
  run.metric(
    "merging: perplexity of a new function over that of its own brick, the larger",
    worst((f) => union.fresh[f] / grown[f].fresh[f]),
  );
  run.metric(
    "merging, weighted: perplexity of a new function over that of its own brick, the larger",
    worst((f) => weighted.fresh[f] / grown[f].fresh[f]),
  );
  run.table("growing", {
    columns: ["model", ...functions, "old functions, mean"],
    rows: [before, ...grown, ...fineTuned, union, weighted].map((one) => [one.name, ...one.fresh, mean(one.old)]),
    caption: "Perplexity per byte of functions that the model did not learn, and of those that it did.",
  });
  for (const brick of bricks) await run.artifact(`${brick.name}.brick.safetensors`, encodeBrick(brick));
}

export function reportUpdates(run: Run, { edits }: UpdateStudy): void {
  run.metric(
    "updating: share of edits whose target becomes the first choice",
    mean(edits.map(({ success }) => Number(success))),
  );
  run.metric("updating: mean rise of perplexity elsewhere", mean(edits.map(({ elsewhere }) => elsewhere)), {
    unit: "%",
  });
  run.metric("updating: largest rise of perplexity elsewhere", Math.max(...edits.map(({ elsewhere }) => elsewhere)), {
    unit: "%",
  });
  run.table("updates", {
    columns: ["function", "prompt ends", "said", "shall say", "does", "elsewhere (%)", "strongest neurons"],
    rows: edits.map((one) => [
      ...[one.function, one.prompt.slice(-24), one.before, one.target],
      ...[one.success ? "yes" : "no", one.elsewhere, one.strongest],
    ]),
    caption: "Edits of what follows one prompt, each of the model as it was.",
  });
}

export function reportStories(run: Run, { scores, perturbation, dropped }: StoriesStudy): void {
  run.figure("perturbation of stories260K", perturbationFigure(perturbation));
  run.table("stories260K", {
    columns: ["function", "layer", "best", "best 0.5 %", "mean", "random"],
    rows: summariseScores(scores).map((one) => [
      one.function,
      one.layer,
      one.best,
      one.bestHalfPercent,
      one.mean,
      one.random,
    ]),
    caption: `Scores of the pretrained model's neurons for kinds of sentences; ${dropped} sentences of two kinds were left out.`,
  });
  const { rise } = perturbation;
  run.metric(
    "stories260K: rows with their maximum on the diagonal",
    rise.filter((row, f) => row[f] === Math.max(...row)).length,
  );
}

function ofFunction(summary: ReturnType<typeof summariseScores>, name: string): number[] {
  return summary.filter((one) => one.function === name).map((one) => one.mean);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
