/** @file The method: its experiment and what it must reach. */

import { defineMethod } from "../../method.ts";
import type { Run } from "../../run.ts";
import { feedForwardArm, lstmArms, mapOfContexts, readStories, type Study, settingOf, study } from "./experiment.ts";
import { depthFigure } from "./figures.ts";
import { identities } from "./identities.ts";
import { exportNextWordModel } from "./next-word-model.ts";
import { type Options, options, quick } from "./options.ts";
import { readingTable, reportEnglish } from "./report.ts";
import { brownTexts, englishTexts, forNetworks, germanTexts } from "./texts.ts";

export default defineMethod({
  slug: "word-classes",
  family: "language",
  paper: {
    title: "Word class representations spontaneously emerge in a deep neural network trained on next word prediction",
    authors: "K. Surendra, A. Schilling, P. Stoewer, A. Maier, P. Krauss",
    year: 2023,
    venue: "ICMLA",
    arxiv: "2302.07588",
  },
  summary:
    "In every layer of a model of the next word: how far what it holds of the words so far is apart by the class of the word that is still to come.",
  options,
  quick,
  data: ["ud", "stories260K", "brown-corpus"],
  bars: [
    { metric: "largest error of the GDV against the double loop", atMost: 1e-10, over: "every seed" },
    {
      metric: "largest change of the GDV by scale, origin, order and copies of dimensions",
      atMost: 1e-12,
      over: "every seed",
    },
    {
      metric: "GDV of two classes at two points",
      atLeast: -1,
      atMost: -1,
      over: "every seed",
      paper: "−1: perfect separation",
    },
    { metric: "mean GDV of permuted labels", atLeast: -0.001, atMost: 0.001, paper: 0 },
    { metric: "half-width of the 95 % band of permuted labels", atMost: 0.004 },
    { metric: "largest error of a distance in classical MDS of a plane", atMost: 1e-8, over: "every seed" },
    { metric: "held-out gain of the trained LSTM over the unigram model", atLeast: 0.25 },
    { metric: "GDV by next class: trained", atMost: -0.055, paper: "negative, growing with depth (no figures)" },
    { metric: "GDV by next class: untrained", atLeast: -0.02, atMost: 0 },
    { metric: "GDV by next class: shuffled order", atLeast: -0.02, atMost: 0 },
    { metric: "GDV by next class: trained over shuffled order", atLeast: 4 },
    {
      metric: "GDV grows with depth, and is −0.005 at least in the input",
      atLeast: 0.66,
      paper: "yes",
      note: "1 for each seed where input > LSTM 1 > LSTM 2 > tanh; to be so in two of three.",
    },
    { metric: "conditional GDV: trained", atMost: -0.015 },
    {
      metric: "conditional GDV: shuffled order",
      atLeast: -0.008,
      note: "Missed on seed 1 (−0.012): words of one class differ in what follows them. Among contexts that end with the same word it is at −0.001.",
    },
    {
      metric: "GDV by last class: trained",
      atMost: 0,
      note: "There to be read beside that by the next class: the two are correlated.",
    },
    { metric: "probe accuracy of the next class: trained minus untrained", atLeast: 0.08 },
  ],
  run: experiment,
});

async function experiment(given: Options, run: Run): Promise<void> {
  const proofs = await identities(run.rng.split("identities"));
  run.metric("largest error of the GDV against the double loop", proofs.doubleLoop);
  run.metric("largest change of the GDV by scale, origin, order and copies of dimensions", proofs.invariance);
  run.metric("GDV of two classes at two points", proofs.twoPoints);
  run.metric("largest error of a distance in classical MDS of a plane", proofs.plane);

  const written = await englishTexts(run.data);
  const texts = forNetworks(written, given.trainingWords);
  const setting = settingOf(texts, given);
  const [trained, ...controls] = lstmArms(run, texts.training, given);
  const extra = given.feedForward ? [feedForwardArm(texts.training, given)] : [];
  const english = await study(run, texts, [trained, ...controls, ...extra], setting);
  reportEnglish(run, english, setting);
  await run.artifact("next-word.onnx", exportNextWordModel(english.model));
  run.figure("map", await mapOfContexts(run, english.model, setting, given.mapPoints));

  if (given.stories) {
    const readings = await readStories(run, written, given);
    run.table(
      "stories260K",
      readingTable(
        [{ arm: "stories260K", readings }],
        "A pretrained Llama on the same contexts, as they are written: nothing was trained here.",
      ),
    );
    const layers = readings.map(({ layer }) => layer);
    run.figure(
      "stories260K by depth",
      depthFigure(
        [{ name: "stories260K", readings }],
        layers,
        "A pretrained Llama of five blocks, shown the same contexts. It was trained on other text, with tokens instead of words.",
      ),
    );
  }
  if (given.german) await german(run, given);
  if (given.brownWords > 0) await brown(run, given);
}

/** Too little text to learn much; shown only. */
async function german(run: Run, given: Options): Promise<void> {
  const texts = forNetworks(await germanTexts(run.data), 0);
  const small = {
    ...given,
    vocabulary: Math.min(2000, given.vocabulary),
    epochs: 3 * given.epochs,
    perClass: Math.min(200, given.perClass),
  };
  const [trained, untrained] = lstmArms(run, texts.training, small, "German");
  show(
    run,
    "German",
    await study(run, texts, [trained, untrained], settingOf(texts, small)),
    "12,000 words of German: a hint, not a result.",
  );
}

async function brown(run: Run, given: Options): Promise<void> {
  const texts = forNetworks(await brownTexts(run.data, given.brownWords, run.rng.split("brown")), given.brownWords);
  const [trained, ...controls] = lstmArms(run, texts.training, given, "Brown");
  show(
    run,
    "Brown",
    await study(run, texts, [trained, ...controls], settingOf(texts, given)),
    "The same on printed American English of 1961, with the twelve universal classes.",
  );
}

function show(run: Run, name: string, { arms }: Study, caption: string): void {
  run.table(name, readingTable(arms, caption));
  for (const { arm, readings } of arms) run.metric(`GDV by next class: ${arm}`, readings[readings.length - 2].next);
}
