/** @file Second part: the induction transformer, whose features are known: "the induced next token is c", for each token c. */

import type { Tensor } from "../../../../graph/index.ts";
import type { LanguageModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { evaluateSae, type SaeQuality } from "../evaluate.ts";
import { featureCard, topFeatures } from "../feature-card.ts";
import { againstPredicate } from "../predicate.ts";
import { featuresOf, type Sae } from "../sae.ts";
import { type AttentionSite, findAttention, widthOf } from "../site.ts";
import { batchesOf, siteVectors } from "../vectors.ts";
import { along, principalComponents, rotated } from "./baselines.ts";
import { type BestUnit, bestUnits, meanF1 } from "./best-f1.ts";
import { cardFigure, predicateFigure, type SweepPoint } from "./figures.ts";
import { attributionErrors } from "./identities.ts";
import {
  inductionModel,
  inductionUnembedding,
  length,
  type RepeatedText,
  repeatedText,
  trainInduction,
  vocabulary,
} from "./induction-model.ts";
import { ablations, inducedTokens, inductionAccuracy, sourceAccuracy, trueFirings } from "./induction-study.ts";
import type { Options } from "./options.ts";
import { reportPrefixes } from "./prefix-report.ts";
import { lazily, trainPart } from "./train-part.ts";

const batch = 512;
const rate = 3e-3;

/** Trains, tests and reports; the sweep's points come back for the picture. */
export async function studyInduction(run: Run, options: Options): Promise<SweepPoint[]> {
  const network = await trainInduction(run, options.transformerSteps);
  const model = inductionModel(network);
  const site = findAttention(model)[1];
  const rng = run.rng.split("induction texts");
  const texts = (name: string, count: number) => {
    const draw = rng.split(name);
    return Array.from({ length: count }, () => repeatedText(draw));
  };
  const test = texts("test", options.testTexts);
  const tokens = test.map((text) => text.tokens);
  run.metric(
    "induction: accuracy of the transformer on repeated tokens",
    await run.part("induction: accuracy", () => inductionAccuracy(model, test)),
  );

  const data = lazily(async () => {
    const training = texts("training", options.inductionTexts).map((text) => text.tokens);
    const stage = "induction: vectors";
    const { z } = await siteVectors(model, site, training, {
      batch: 128,
      signal: run.signal,
      compile: run.compile,
      onProgress: (done, total) => run.progress(stage, done, total, "texts"),
    });
    return batchesOf(z, batch, run.rng.split("induction order"));
  });
  const all = options.inductionTexts * length * options.inductionPasses;
  const recipe = { batch, rate, tokens: all };
  const price = (share: number) => share * Math.sqrt(widthOf(site));
  const quality = (name: string, sae: Sae) =>
    run.part(`induction: ${name}, tested`, () =>
      evaluateSae(model, site, sae, tokens, { batch: 64, signal: run.signal, compile: run.compile }),
    );
  const arm = async (name: string, more: Parameters<typeof trainPart>[4]) => {
    const { sae, log } = await trainPart(run, `induction: ${name}`, data, site.heads, { ...recipe, ...more });
    return { name, sae, log, quality: await quality(name, sae) };
  };

  const main = await arm("dictionary", { lambda: price(options.price) });
  const sweep = [];
  for (const share of options.sweep)
    sweep.push(
      share === options.price ? { ...main, share } : { ...(await arm(`λ ${share}`, { lambda: price(share) })), share },
    );
  const dense = await arm("no L1", { lambda: 0 });
  const dying = { lambda: price(options.highPrice), rate: 2 * rate };
  const resampled = await arm("double rate", dying);
  const dead = await arm("double rate, no resampling", { ...dying, resample: false });
  const topk = await arm("TopK", { sparsity: { kind: "topk", k: 12 } });
  const jump = await arm("JumpReLU", { sparsity: { kind: "jumprelu" }, targetL0: 12 });

  await reportFidelity(
    run,
    [main, ...sweep.filter((one) => one.name !== main.name), dense, resampled, dead, topk, jump],
    sweep,
  );
  run.metric("induction: dead features with resampling, double rate", resampled.quality.dead);
  run.metric("induction: dead features without resampling, double rate", dead.quality.dead);
  run.metric(
    "attribution: largest relative error of its sums",
    await run.part("induction: identities", async () => {
      const { heads, sources, shares, splice } = await attributionErrors(model, site, main.sae, tokens.slice(0, 4));
      return Math.max(heads, sources, shares, splice);
    }),
  );
  const unembedding = inductionUnembedding(network);
  await reportMeaning(run, { model, site, test }, [main, dense, topk, jump], unembedding);
  await reportPrefixes(run, "induction", model, {
    tokens: Array.from({ length: vocabulary }, (_, i) => i),
    length,
    unembedding,
  });
  return sweep.map(({ quality: { l0, recovered, recoveredMean } }) => ({
    name: "induction transformer, layer 1",
    l0,
    recovered,
    recoveredMean,
  }));
}

interface Arm {
  readonly name: string;
  readonly sae: Sae;
  readonly quality: SaeQuality;
}

async function reportFidelity(
  run: Run,
  arms: readonly Arm[],
  sweep: readonly (Arm & { readonly share: number })[],
): Promise<void> {
  run.table("induction: fidelity", {
    columns: [
      "dictionary",
      "active per token",
      "CE recovered (zero)",
      "CE recovered (mean)",
      "CE lost (nats)",
      "variance explained",
      "dead",
    ],
    rows: arms.map(({ name, quality: q }) => [
      name,
      q.l0,
      q.recovered,
      q.recoveredMean,
      q.ceSae - q.ceClean,
      q.explained,
      q.dead,
    ]),
    caption:
      "512 features of the second layer's heads, with the reconstruction in their place at all tokens. Zero flatters, the mean is the harsher base.",
  });
  const within =
    sweep.filter(({ quality }) => quality.l0 <= 20).sort((a, b) => b.quality.l0 - a.quality.l0)[0] ??
    sweep[sweep.length - 1];
  run.metric("induction: CE recovered at L0 ≤ 20", within.quality.recovered);
  run.metric("induction: CE recovered at L0 ≤ 20, mean base", within.quality.recoveredMean);
  const byPrice = [...sweep].sort((a, b) => a.share - b.share);
  const falls = byPrice.every(
    ({ quality }, i) =>
      i === 0 || (quality.l0 < byPrice[i - 1].quality.l0 && quality.recovered < byPrice[i - 1].quality.recovered),
  );
  run.metric("induction: L0 and CE recovered fall with λ", Number(falls));
}

interface Setting {
  readonly model: LanguageModel;
  readonly site: AttentionSite;
  readonly test: readonly RepeatedText[];
}

/** What features tell, whence, and what they do. */
async function reportMeaning(
  run: Run,
  { model, site, test }: Setting,
  [main, ...others]: readonly Arm[],
  unembedding: Tensor,
): Promise<void> {
  const tokens = test.map((text) => text.tokens);
  const labels = inducedTokens(test);
  const told = await run.part("induction: meaning", async () => {
    const { z } = await siteVectors(model, site, tokens, { batch: 128, compile: run.compile });
    const telling = async (values: Tensor, signs: boolean) => {
      await run.breathe();
      return bestUnits(values.data as Float32Array, values.shape[1], labels, vocabulary, signs);
    };
    const best = await telling(await featuresOf(main.sae, z), false);
    const rest: Record<string, number> = {};
    for (const { name, sae } of others) rest[name] = meanF1(await telling(await featuresOf(sae, z), false));
    const baselines = {
      "coordinates of z": meanF1(await telling(z, true)),
      "principal components": meanF1(await telling(await along(await principalComponents(z), z), true)),
      "random rotation": meanF1(await telling(await rotated(z, run.rng.split("rotation")), true)),
    };
    return { best, rest, baselines };
  });
  const f1 = meanF1(told.best);
  run.metric("induction: mean F1 of the best feature per token", f1);
  run.metric(
    "induction: F1 over the best of raw z, components, rotation",
    f1 / Math.max(...Object.values(told.baselines)),
  );
  const rows = Object.entries({ [main.name]: f1, ...told.rest, ...told.baselines });
  run.table("induction: meaning", {
    columns: ["units", "mean F1"],
    rows,
    caption:
      "How well the best single unit tells that a certain token is induced next, over 95 tokens. Unit and threshold (of baselines the sign, too) are chosen on half of the tokens, F1 is of the other half.",
  });
  const causal = await run.part("induction: causes", async () => {
    const { z } = await siteVectors(model, site, tokens, { batch: 128, compile: run.compile });
    const features = await featuresOf(main.sae, z);
    const firings = trueFirings(test, features, told.best);
    return {
      firings: firings.length,
      source: await sourceAccuracy(model, site, main.sae, test, firings),
      drops: await ablations(model, site, main.sae, test, features, firings, run.rng.split("ablations")),
    };
  });
  const { own, other, live, error } = causal.drops;
  run.metric("induction: share of firings whose largest source is the induced token", causal.source);
  run.metric("induction: logit drop of the right feature over another live one", own / Math.max(1e-6, Math.abs(live)));
  run.metric(
    "induction: logit drop of the right feature over another that fires there",
    own / Math.max(1e-6, Math.abs(other)),
  );
  run.table("induction: ablations", {
    columns: ["off", "mean drop of the induced token's logit"],
    rows: [
      ["its feature", own],
      ["another feature that fires there", other],
      ["another live feature", live],
      ["what the dictionary leaves unexplained", error],
    ],
    caption: `At ${causal.firings} places where a token is induced and its feature fires; all else that z holds stays.`,
  });
  await showCard(run, { model, site, test }, main, told.best, unembedding);
}

/** The card of the feature that tells its token best. */
async function showCard(
  run: Run,
  { model, site, test }: Setting,
  { sae, quality }: Arm,
  best: readonly BestUnit[],
  unembedding: Tensor,
): Promise<void> {
  const texts = test.slice(0, 300).map(({ tokens }) => tokens);
  const { unit, label } = best.reduce((a, b) => (b.f1 > a.f1 ? b : a));
  const view = await run.part("induction: card", async () => {
    const { z, text, step } = await siteVectors(model, site, texts, { batch: 128, compile: run.compile });
    const activity = { features: await featuresOf(sae, z), text, step };
    const { features } = activity;
    const count = features.shape[1];
    const card = await featureCard(model, site, sae, unit, texts, { unembedding }, activity);
    const labels = inducedTokens(test.slice(0, texts.length));
    return {
      card,
      column: Float32Array.from({ length: features.shape[0] }, (_, row) => Number(features.data[row * count + unit])),
      induced: againstPredicate(activity, unit, (of, at) => labels[of * length + at] === label),
    };
  });
  run.figure(
    "a feature of induction",
    cardFigure(
      {
        card: view.card,
        texts,
        word: (token) => ` ${token}`,
        activations: (text) => view.column.subarray(text * length, (text + 1) * length),
      },
      `"The next token is ${label}, as before"`,
    ),
  );
  run.figure(
    "a feature of induction against its token",
    predicateFigure(view.induced, `token ${label} is induced next`),
  );
  run.table("induction: heads", {
    columns: ["head", "features that lie in it most (share)"],
    rows: topFeatures(sae, { top: 6, rates: quality.rates }).map((list, k) => [
      `head ${k}`,
      list.map(({ feature, share }) => `${feature} (${share.toFixed(2)})`).join(", "),
    ]),
  });
}
