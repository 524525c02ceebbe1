/** @file Third part: dictionaries of every layer of stories260K, on stories that it tells itself. */

import { loadStories260K } from "../../../../data/index.ts";
import { neuronWeights, type TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { unembedding } from "../../readable.ts";
import { evaluateSae, type SaeQuality } from "../evaluate.ts";
import { featureCard, topFeatures } from "../feature-card.ts";
import { originOf } from "../origin.ts";
import { featuresOf, type Sae, saeOnnx } from "../sae.ts";
import { toSaeLens } from "../sae-lens.ts";
import { type AttentionSite, findAttention } from "../site.ts";
import { batchesOf, siteVectors } from "../vectors.ts";
import { cardFigure, type SweepPoint } from "./figures.ts";
import type { Options } from "./options.ts";
import { reportPrefixes } from "./prefix-report.ts";
import { sampleTexts } from "./stories.ts";
import { lazily, trainPart } from "./train-part.ts";

/** Texts that are told in one go. */
const piece = 256;
/** So few vectors in a batch, so that 200,000 make enough steps: with 512 at 2e-3 the error still fell steeply at the end. */
const batch = 256;
const rate = 4e-3;
/** The layer that is read: the third of five. */
const shown = 2;

export async function studyStories(run: Run, options: Options): Promise<SweepPoint[]> {
  const model = await loadStories260K(run.data);
  const sites = findAttention(model);
  const training = await tellStories(run, model, "to learn from", options.storyTexts, options.storyLength);
  const test = await tellStories(
    run,
    model,
    "to test",
    Math.max(8, Math.round(options.storyTexts / 10)),
    options.storyLength,
  );
  const points: SweepPoint[] = [];
  const shownTarget = Math.max(...options.storyL0.filter((target) => target <= 20));
  const rows: (string | number)[][] = [];
  for (const site of sites) {
    const data = lazily(async () => {
      const { z } = await siteVectors(model, site, training, { batch: 64, signal: run.signal, compile: run.compile });
      return batchesOf(z, batch, run.rng.split(`stories ${site.layer}`));
    });
    for (const target of options.storyL0) {
      const name = `stories260K: layer ${site.layer}, L0 ${target}`;
      const tokens = options.storyTexts * (options.storyLength - 1) * options.storyPasses;
      const { sae } = await trainPart(run, name, data, site.heads, {
        batch,
        rate,
        tokens,
        targetL0: target,
      });
      const q = await run.part(`${name}, tested`, () =>
        evaluateSae(model, site, sae, test, { batch: 16, signal: run.signal, compile: run.compile }),
      );
      points.push({
        name: `stories260K, layer ${site.layer}`,
        l0: q.l0,
        recovered: q.recovered,
        recoveredMean: q.recoveredMean,
      });
      rows.push([site.layer, target, q.l0, q.recovered, q.recoveredMean, q.ceSae - q.ceClean, q.explained, q.dead]);
      if (site.layer === shown && target === shownTarget) await read(run, model, site, sae, q, test);
    }
  }
  run.table("stories260K: fidelity", {
    columns: [
      "layer",
      "wanted",
      "active per token",
      "CE recovered (zero)",
      "CE recovered (mean)",
      "CE lost (nats)",
      "variance explained",
      "dead",
    ],
    rows,
    caption:
      "512 features of each layer's 64 coordinates, on stories that the model told itself. Single coordinates of so small a model can be read as well: nothing is claimed here.",
  });
  const within = rows
    .filter(([layer, , l0]) => layer === shown && Number(l0) <= 20)
    .sort((a, b) => Number(b[2]) - Number(a[2]))[0];
  run.metric("stories260K: CE recovered at L0 ≤ 20, layer 2", Number(within?.[3] ?? 0));
  const ordinary = Array.from({ length: model.tokenizer?.size ?? 0 }, (_, i) => i).slice(259);
  const { head, norm } = await neuronWeights(model);
  await reportPrefixes(run, "stories260K", model, {
    tokens: ordinary,
    length: 60,
    unembedding: unembedding(head, norm),
  });
  return points;
}

/** Stories of so many tokens, in pieces, each of which is kept. */
async function tellStories(
  run: Run,
  model: TextModel,
  purpose: string,
  texts: number,
  length: number,
): Promise<number[][]> {
  const stage = `stories260K tells: ${purpose}`;
  const all: number[][] = [];
  while (all.length < texts) {
    const count = Math.min(piece, texts - all.length);
    const done = all.length;
    const flat = await run.part(`${stage}, from ${done} on`, async ({ rng }) => {
      const told = await sampleTexts(model, {
        texts: count,
        length,
        rng,
        signal: run.signal,
        compile: run.compile,
        onProgress: (more) => run.progress(stage, done + more, texts, "texts"),
      });
      return Int32Array.from(told.flat());
    });
    for (let i = 0; i < count; i++) all.push(Array.from(flat.subarray(i * length, (i + 1) * length)));
  }
  return all;
}

/** Cards, the table of heads, and files of one dictionary. */
async function read(
  run: Run,
  model: TextModel,
  site: AttentionSite,
  learned: Sae,
  quality: SaeQuality,
  texts: readonly (readonly number[])[],
): Promise<void> {
  const sae = { ...learned, origin: await originOf(model, site) };
  const { cards, columns, heads } = await run.part("stories260K: cards", async () => {
    const { z, text, step } = await siteVectors(model, site, texts, { batch: 16, compile: run.compile });
    const activity = { features: await featuresOf(sae, z), text, step };
    const count = activity.features.shape[1];
    // What fires at every other token, or hardly ever, says little.
    const telling = quality.rates.map((rate) => (rate > 1e-3 && rate < 0.2 ? rate : 0));
    const lists = topFeatures(sae, { top: 5, rates: telling.some((rate) => rate > 0) ? telling : quality.rates });
    const made = new Map<number, Awaited<ReturnType<typeof featureCard>>>();
    for (const { feature } of lists.flat())
      if (!made.has(feature))
        made.set(feature, await featureCard(model, site, sae, feature, texts, { words: 5 }, activity));
    const first = lists.map((list) => list[0]?.feature ?? 0).slice(0, 3);
    return {
      cards: first.flatMap((feature) => made.get(feature) ?? []),
      columns: first.map((feature) => ({
        text,
        step,
        values: Float32Array.from(text, (_, row) => Number(activity.features.data[row * count + feature])),
      })),
      heads: lists.map((list) =>
        list.map(({ feature, share }) => {
          const card = made.get(feature);
          const best = card?.top[0];
          return {
            feature,
            share,
            at:
              best === undefined ? "" : model.decode(texts[best.text].slice(Math.max(0, best.step - 5), best.step + 1)),
            words:
              card?.promotes
                .slice(0, 3)
                .map((word) => word.text ?? "")
                .join(" · ") ?? "",
          };
        }),
      ),
    };
  });
  const word = (token: number) => model.decode([token]);
  for (const [i, card] of cards.entries()) {
    const activations = (text: number) => {
      const values = new Float32Array(texts[text].length);
      const { text: of, step, values: all } = columns[i];
      for (const [row, t] of of.entries()) if (t === text) values[step[row]] = all[row];
      return values;
    };
    run.figure(
      `a feature of head ${i} of stories260K`,
      cardFigure({ card, texts, word, activations }, `Layer ${site.layer}, feature ${card.feature}`),
    );
  }
  run.table("stories260K: heads", {
    columns: ["head", "feature", "share of the head", "fires most at the end of", "makes likelier"],
    rows: heads.flatMap((list, k) =>
      list.map(({ feature, share, at, words }) => [
        `${site.layer}.${k}`,
        feature,
        share,
        at.replace(/\n/g, " "),
        words,
      ]),
    ),
    caption:
      "The five features that lie in each head most. A head whose features have nothing to do with each other does several things.",
  });
  const files = toSaeLens(sae);
  await run.artifact("stories260K-layer2-cfg.json", new TextEncoder().encode(files.config));
  await run.artifact("stories260K-layer2-sae_weights.safetensors", files.weights);
  await run.artifact("stories260K-layer2-sae.onnx", saeOnnx(sae));
}
