/** @file The method: its experiment and what it must reach. */

import { defineMethod } from "../../method.ts";
import type { Run } from "../../run.ts";
import { captions } from "./experiment/captions.ts";
import { classFigure, cosineFigure, lossFigure } from "./experiment/figures.ts";
import { identities } from "./experiment/identities.ts";
import { gridOf, nameOf, type Subject, shuffledLabels, study, untrained } from "./experiment/language-models.ts";
import { type Options, options, quick } from "./experiment/options.ts";
import { type OwnModel, residualNetwork, storyTeller } from "./experiment/own-models.ts";
import {
  reportConfused,
  reportGrid,
  reportIdentities,
  reportOwn,
  reportResnet,
  reportSeeds,
} from "./experiment/report.ts";

const everySeed = { over: "every seed" } as const;

export default defineMethod({
  slug: "linguistic-collapse",
  family: "interpret",
  paper: {
    title: "Linguistic Collapse: Neural Collapse in (Large) Language Models",
    authors: "R. Wu, V. Papyan",
    year: 2024,
    venue: "NeurIPS",
    arxiv: "2405.17767",
    code: "https://github.com/rhubarbwu/linguistic-collapse",
  },
  summary:
    "measures how far the top layer of your language model or classifier has collapsed: how tight its classes are, how evenly their means are spread, and whether the head is dual to them",
  options,
  quick,
  data: ["multi30k", "stories260K", "resnet-cifar10", "cifar10"],
  bars: [
    { metric: "perfect simplex: largest measure that should be 0", atMost: 1e-8, ...everySeed, paper: "0" },
    { metric: "perfect simplex: error of the mean cosine", atMost: 1e-8, ...everySeed, paper: "−1/(C − 1)" },
    { metric: "perfect simplex: agreement", atLeast: 1, ...everySeed, paper: 1 },
    { metric: "noise on a simplex: relative error of CDNV", atMost: 0.03, ...everySeed },
    {
      metric: "streamed, sharded, merged, tiled: largest relative difference from the formulas",
      atMost: 1e-9,
      ...everySeed,
    },
    { metric: "rotation: largest relative change of a measure", atMost: 1e-6, ...everySeed },
    { metric: "shift: largest relative change of a cosine's measure", atMost: 1e-6, ...everySeed },
    { metric: "shift: decisions of the nearest mean that change", atMost: 0, ...everySeed },
    {
      metric: "Spearman of CDNV and loss",
      atLeast: 0.75,
      paper: ".94 (210 checkpoints, squared distance squared once more)",
    },
    { metric: "Spearman of the log kernel's variance and loss", atLeast: 0.7, paper: 0.92 },
    {
      metric: "Spearman of agreement and loss",
      atMost: -0.75,
      paper: -0.96,
      note: "Agreement rises from width 24 to 48 and stays at 0.14 to 0.16 from there, while the loss goes on falling: what is left differs as much between seeds (0.135 to 0.153 at width 48) as between widths.",
    },
    {
      metric: "CDNV with width and epochs: steps upwards",
      atMost: 1,
      paper: ".085, .019, .0052, .0022, .0014, .0010 (widths 64 to 1024, 1 epoch, exponent 2)",
    },
    {
      metric: "agreement with width: steps downwards",
      atMost: 1,
      paper: ".06, .11, .18, .22, .23, .22 (widths 64 to 1024)",
    },
    { metric: "untrained: largest agreement", atMost: 0.02 },
    {
      metric: "log kernel's variance with width: steps upwards",
      atMost: 1,
      paper: ".070, .041, .023, .016, .013, .013 (widths 64 to 1024)",
    },
    {
      metric: "relative range: distance from a simplex over log kernel's variance",
      atMost: 0.2,
      paper: "1.375 to 1.402 against .005 to .093",
      note: "Why there is a measure for more classes than dimensions: the distance from a simplex cannot tell models apart.",
    },
    {
      metric: "ResNet-20: CDNV",
      atMost: 0.15,
      note: "A property of the published weights on their training pictures, whatever the seed; 99.7 % of decisions are those of the nearest mean all the same.",
    },
    { metric: "ResNet-20: norms' coefficient of variation", atMost: 0.25 },
    { metric: "ResNet-20: agreement", atLeast: 0.97 },
  ],
  run: experiment,
});

async function experiment(given: Options, run: Run): Promise<void> {
  reportIdentities(run, await run.part("identities", ({ rng }) => identities(rng)));

  const text = await captions(run, given);
  const wordOf = (id: number) => text.vocabulary.words[id];
  const grid: Subject[] = [];
  const controls: Subject[] = [];
  for (const design of gridOf(given)) {
    grid.push(await study(run, nameOf(design), design, text, given));
    if (design.epochs === 1) controls.push(await untrained(run, design, text, given));
  }
  const best = grid.reduce((found, one) => (one.report.loss < found.report.loss ? one : found));
  controls.push(await shuffledLabels(run, best, text, given));
  reportGrid(run, grid, controls, given);
  reportConfused(run, best.name, best.report, wordOf);
  run.figure("measures against loss", lossFigure(grid));
  run.figure("words", classFigure(best, wordOf));

  const seeds: Subject[] = [];
  for (let i = 1; i <= given.seedModels; i++)
    seeds.push(await study(run, `seed ${i}`, { width: given.widths[0], layers: 1, epochs: 1 }, text, given, text.some));
  reportSeeds(run, seeds, given);

  const own: Record<string, OwnModel> = {};
  if (given.stories > 0) own["stories260K, on stories of its own"] = await storyTeller(run, given);
  if (given.resnetImages > 0) {
    const resnet = await residualNetwork(run, given);
    own["ResNet-20, on its training pictures"] = resnet;
    reportResnet(run, resnet);
    run.figure("class means of ResNet-20", cosineFigure(resnet, "ResNet-20"));
  }
  if (Object.keys(own).length > 0) reportOwn(run, own);
  for (const { name, report } of [...grid, ...seeds])
    for (const warning of report.warnings) run.log(`${name}: ${warning}`);
}
