/** @file The method: its experiment and what it must reach. */

import { defineMethod } from "../../method.ts";
import type { Run } from "../../run.ts";
import { cifar10, samplesFrom, some } from "./experiment/data.ts";
import { alignmentFigure, dendrogramFigure, resnetFigure, scoreFigure, sparseFigure } from "./experiment/figures.ts";
import { identities } from "./experiment/identities.ts";
import { type Options, options, quick } from "./experiment/options.ts";
import { partnersFigure } from "./experiment/partner-images.ts";
import {
  reportCommon,
  reportMatching,
  reportNets,
  reportResNets,
  reportSparse,
  reportTwin,
} from "./experiment/report.ts";
import { compareResNets } from "./experiment/resnets.ts";
import {
  clustersOf,
  compareNets,
  plantedTwin,
  predictUnits,
  rotateUnits,
  strongestImages,
  trainNets,
  untrainedNet,
  withInformation,
} from "./experiment/small-nets.ts";

const everySeed = { over: "every seed" } as const;

export default defineMethod({
  slug: "convergent-learning",
  family: "interpret",
  paper: {
    title: "Convergent learning: Do different neural networks learn the same representations?",
    authors: "Y. Li, J. Yosinski, J. Clune, H. Lipson, J. Hopcroft",
    year: 2016,
    venue: "ICLR",
    arxiv: "1511.07543",
    code: "https://github.com/yixuanli/convergent_learning",
  },
  summary:
    "Which units of one network exist in another: one to one, as combinations of a few, and as groups that span the same subspace; and which exist nowhere else.",
  options,
  quick,
  data: ["cifar10", "resnet-cifar10"],
  bars: [
    { metric: "assignments that a search of all permutations betters", atMost: 0, ...everySeed },
    {
      metric: "cases in which matching is not bounded by semi-matching as it must be",
      atMost: 0,
      ...everySeed,
      paper: "matching below semi-matching (figures)",
    },
    { metric: "largest difference of a streamed correlation from that of two passes", atMost: 1e-9, ...everySeed },
    { metric: "largest violation of the lasso's optimality", atMost: 1e-6, ...everySeed },
    { metric: "largest error of the mutual information of normal variables", atMost: 0.01, ...everySeed },
    { metric: "planted clusters: adjusted Rand index", atLeast: 0.98, ...everySeed },
    { metric: "twin: units recovered by correlation, share", atLeast: 1, ...everySeed },
    { metric: "twin: units recovered by mutual information, share", atLeast: 1, ...everySeed },
    { metric: "twin: smallest correlation of a unit with its copy", atLeast: 0.9999, ...everySeed },
    { metric: "matched correlation: conv1", atLeast: 0.55, paper: "first two layers high (figures)" },
    { metric: "matched correlation: conv2", atLeast: 0.5, paper: "first two layers high (figures)" },
    { metric: "matched correlation: conv3", atLeast: 0.33, paper: "conv3 to conv5 lower (figures)" },
    { metric: "matched correlation: fc", atLeast: 0.5 },
    { metric: "matched correlation, above the untrained net: conv1", atLeast: 0.08 },
    { metric: "matched correlation, above the untrained net: conv2", atLeast: 0.15 },
    { metric: "matched correlation, above the untrained net: conv3", atLeast: 0.15 },
    { metric: "matched correlation, above the untrained net: fc", atLeast: 0.2 },
    { metric: "shuffled samples: largest mean matched correlation", atMost: 0.06 },
    { metric: "conv1: semi-matching minus matching", atLeast: 0.03, atMost: 0.15, paper: "a gap (figure)" },
    { metric: "conv1: share of semi-matching partners that are distinct", atLeast: 0.5, atMost: 0.8 },
    {
      metric: "conv1, λ = 0.03: error over the dense one",
      atMost: 1.4,
      paper: "sparse about as good as dense in conv1 and conv2 only",
    },
    { metric: "conv1, λ = 0.03: share of units made use of", atMost: 0.45 },
    { metric: "dense prediction error: conv3 over conv2", atLeast: 1.7, paper: "deeper layers share less" },
    {
      metric: "rotated: loss of matched correlation, conv1",
      atLeast: 0.05,
      paper: "units are partly local, partly distributed",
    },
    { metric: "rotated: loss of matched correlation, conv2", atLeast: 0.1 },
    { metric: "rotated: dense error over that before, conv1", atLeast: 0.5, atMost: 2 },
    { metric: "rotated: dense error over that before, conv2", atLeast: 0.5, atMost: 2 },
    {
      metric: "ResNets: stages of ResNet-20 whose best match is the same stage",
      atLeast: 2,
      note: "Of three. The second stage (32 units) matches the first stage of ResNet-56 (16 units) better: only its best 16 units have partners there, and the mean is over these.",
    },
  ],
  run: experiment,
});

async function experiment(given: Options, run: Run): Promise<void> {
  const proofs = await run.part("identities", ({ rng }) => identities(rng));
  run.metric("assignments that a search of all permutations betters", proofs.wrongAssignments);
  run.metric("cases in which matching is not bounded by semi-matching as it must be", proofs.wrongOrder);
  run.metric("largest difference of a streamed correlation from that of two passes", proofs.streaming);
  run.metric("largest violation of the lasso's optimality", proofs.kkt);
  run.metric("largest error of the mutual information of normal variables", proofs.information, { unit: "nats" });
  run.metric("planted clusters: adjusted Rand index", proofs.clusters);

  const images = await cifar10(run, given.trainImages, given.testImages);
  const samples = samplesFrom(images.test, images.classes);
  const nets = await trainNets(run, images, given);
  const untrained = await untrainedNet(run, images, given);
  reportNets(run, nets, untrained);
  for (const { name, bytes } of nets) await run.artifact(`${name.replace(" ", "-")}.onnx`, bytes);

  const comparisons = await compareNets(run, nets, untrained, samples, given);
  for (const warning of new Set(comparisons.flatMap((c) => c.trained.flatMap(({ stats }) => stats.warnings))))
    run.log(warning);
  const information = await withInformation(run, nets, samples, given);
  reportMatching(run, comparisons, information, await rotateUnits(run, comparisons, given.rotations));
  reportCommon(run, comparisons);
  const sparse = await predictUnits(run, comparisons);
  reportSparse(run, sparse);
  reportTwin(run, await plantedTwin(run, nets, samples, given));

  const [conv1, conv2, , fc] = comparisons;
  run.figure("alignment", alignmentFigure(conv2.trained[0], "conv2"));
  run.figure("scores", scoreFigure(comparisons));
  run.figure("sparse prediction", sparseFigure(sparse));
  run.figure("clusters", dendrogramFigure(await clustersOf(run, conv1), "conv1"));
  const strongest = await strongestImages(run, nets.slice(0, 2), "fc", samples, 4);
  run.figure("partners", partnersFigure(fc.trained[0], strongest, images.test.images, "fc"));

  if (!given.resnets) return;
  const resnets = await compareResNets(run, samplesFrom(some(images.test, given.resnetImages), images.classes), given);
  reportResNets(run, resnets);
  run.figure("ResNets", resnetFigure(resnets));
}
