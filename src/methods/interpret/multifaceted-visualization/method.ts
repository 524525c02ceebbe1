/** @file The method: its experiment and what it must reach. */

import { Tensor } from "../../../graph/index.ts";
import { takeRows } from "../../../nn/index.ts";
import { defineMethod } from "../../method.ts";
import type { Run } from "../../run.ts";
import { makeImages, singleFacets, studyUnits } from "./experiment/arms.ts";
import { classOf, loadDigits, pairs } from "./experiment/digits.ts";
import { armsFigure, facetGrid, mapFigure, publishedFigure } from "./experiment/figures.ts";
import { gradientError, proveDenoising } from "./experiment/identities.ts";
import { opened } from "./experiment/network.ts";
import { type Options, options, quick } from "./experiment/options.ts";
import { publishedUnits, showPublished } from "./experiment/published.ts";
import { reportArms, reportSingles } from "./experiment/report.ts";
import { accuracy, relabelled, trainDigits } from "./experiment/train.ts";

const everySeed = { over: "every seed" } as const;
const visual = "shown as pictures";

export default defineMethod({
  slug: "multifaceted-visualization",
  family: "interpret",
  paper: {
    title:
      "Multifaceted Feature Visualization: Uncovering the Different Types of Features Learned By Each Neuron in Deep Neural Networks",
    authors: "A. Nguyen, J. Yosinski, J. Clune",
    year: 2016,
    venue: "ICML Visualization for Deep Learning Workshop",
    arxiv: "1602.03616",
    code: "https://github.com/Evolving-AI-Lab/mfv",
  },
  summary:
    "One synthetic picture for each kind of input that makes a unit fire, with the real pictures of each kind beside it, on any ONNX model and folder of pictures.",
  options,
  quick,
  data: ["mnist", "cifar10", "resnet-cifar10", "squeezenet1.1"],
  bars: [
    { metric: "TV: objective above that of 2000 steps of dual ascent, at worst", atMost: 0.1, ...everySeed },
    { metric: "TV: smaller weights that leave no less variation", atMost: 0, ...everySeed },
    { metric: "largest relative error of the gradient against central differences", atMost: 0.01, ...everySeed },
    { metric: "purity of clusters against the true digit, mean of units", atLeast: 0.93, paper: visual },
    { metric: "facet recall from facets", atLeast: 0.8, paper: visual },
    { metric: "facet recall from noise", atMost: 0.65 },
    {
      metric: "facet recall from unclustered means",
      atMost: 0.65,
      note: "Of 15 images drawn at random, now and then most show one digit: four draws then find both digits of a unit: 0.8, 0.6 and 0.7 on three seeds.",
    },
    { metric: "facet recall, above that from noise", atLeast: 0.2 },
    { metric: "facet recall, above that from unclustered means", atLeast: 0.2 },
    { metric: "images that the judge takes for their facet's digit, share", atLeast: 0.75 },
    {
      metric: "lowest percentile of a synthetic image among real ones",
      atLeast: 95,
      ...everySeed,
      note: "On two seeds of three all images excite their unit more than any real one; on the third, one facet's image does less than a tenth of them.",
    },
    {
      metric: "units of one digit that have one facet, share",
      atLeast: 0.8,
      note: "A mean silhouette of 0.35 finds facets in every unit, since any cloud can be cut into pieces with 0.4. So 0.5 is asked for, and that facets are apart.",
    },
    { metric: "units of two digits that have more than one facet, share", atLeast: 0.8 },
  ],
  run: experiment,
});

async function experiment(given: Options, run: Run): Promise<void> {
  const proof = await run.part("denoising", async ({ rng }) => proveDenoising(rng));
  run.metric("TV: objective above that of 2000 steps of dual ascent, at worst", proof.above, { unit: "%" });
  run.metric("TV: smaller weights that leave no less variation", proof.unordered);

  const { shown, others } = await loadDigits(run, given.images);
  const merged = (labels: typeof shown.images.labels) => relabelled(labels, classOf);
  const { images, labels } = shown.images;
  const net = await trainDigits(run, "merged net", { images, labels: merged(labels) }, pairs.length, given);
  const judge = await trainDigits(
    run,
    "judge",
    { images: others.images.images, labels: others.images.labels },
    10,
    given,
  );
  // Each on the images that the other one learnt from.
  const unseen = { images: others.images.images, labels: merged(others.images.labels) };
  run.metric("merged net: accuracy", 100 * (await accuracy(run, net, unseen)), { unit: "%" });
  run.metric("judge: accuracy", 100 * (await accuracy(run, judge, { images, labels })), { unit: "%" });
  const [mergedNet, judgeNet] = [opened(net, "merged net"), opened(judge, "judge")];
  await run.artifact("merged-net.onnx", mergedNet.bytes);
  await run.artifact("judge.onnx", judgeNet.bytes);
  const error = await run.part("gradient", async ({ rng }) => {
    const image = Tensor.of(takeRows(images, [0]).numbers(), [1, 1, 28, 28]);
    return gradientError(mergedNet.model, classOf(labels.numbers()[0]), image, rng);
  });
  run.metric("largest relative error of the gradient against central differences", error);

  const studies = await studyUnits(run, mergedNet.model, shown, given);
  const made = await makeImages(run, mergedNet.model, judgeNet.model, shown, studies, given);
  reportArms(run, studies, made, shown);
  for (const study of studies) {
    const own = made.find((one) => one.study === study && one.arm === "facets");
    if (own === undefined) continue;
    run.figure(`facets of ${study.name}`, facetGrid(study, own, shown));
    if (study === studies[0]) run.figure(`map of ${study.name}`, mapFigure(study, own, shown));
  }
  run.figure("starts", armsFigure(made));
  reportSingles(run, await singleFacets(run, judgeNet.model, shown, given));

  const { cifarImages, cifarFacets, largeImages, largeFacets, largeShare, share } = given;
  if (given.cifar) {
    const wanted = { images: cifarImages, k: cifarFacets, share };
    run.figure("ResNet-20", publishedFigure(await showPublished(run, publishedUnits.cifar, wanted)));
  }
  if (given.large) {
    const wanted = { images: largeImages, k: largeFacets, share: largeShare };
    run.figure("SqueezeNet", publishedFigure(await showPublished(run, publishedUnits.large, wanted)));
  }
}
