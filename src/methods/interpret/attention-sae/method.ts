/** @file The experiment: a known dictionary, a transformer with known features, a pretrained model. */

import { defineMethod } from "../../method.ts";
import { sweepFigure } from "./experiment/figures.ts";
import { gradientError, sphereErrors } from "./experiment/identities.ts";
import { studyInduction } from "./experiment/induction-report.ts";
import { studyKnown } from "./experiment/known.ts";
import { options, quick } from "./experiment/options.ts";
import { studyStories } from "./experiment/stories-report.ts";

export default defineMethod({
  slug: "attention-sae",
  family: "interpret",
  paper: {
    title: "Interpreting Attention Layer Outputs with Sparse Autoencoders",
    authors: "C. Kissane, R. Krzyzanowski, J. Bloom, A. Conmy, N. Nanda",
    year: 2024,
    venue: "ICML Mechanistic Interpretability Workshop",
    arxiv: "2406.17759",
    code: "https://github.com/ckkissane/attention-output-saes",
  },
  summary:
    "learns a dictionary of what an attention layer's heads say, tells for each feature which head and which source token makes it fire, and switches features off",
  options,
  quick,
  data: ["stories260K"],
  bars: [
    { metric: "attribution: largest relative error of its sums", atMost: 1e-4, over: "every seed", paper: "identity" },
    { metric: "loss: gradient against finite differences", atMost: 1e-2, over: "every seed", paper: "identity" },
    { metric: "decoder rows: largest deviation from length one", atMost: 1e-5, over: "every seed", paper: "identity" },
    { metric: "decoder gradients: largest part along their rows", atMost: 1e-5, over: "every seed", paper: "identity" },
    { metric: "known dictionary: share of directions found (cosine ≥ 0.9)", atLeast: 0.95 },
    { metric: "known dictionary: mean largest cosine", atLeast: 0.95 },
    { metric: "known dictionary: mean largest cosine of principal components", atMost: 0.5 },
    { metric: "induction: accuracy of the transformer on repeated tokens", atLeast: 0.9 },
    {
      metric: "induction: mean F1 of the best feature per token",
      atLeast: 0.65,
      paper: "“board is next by induction”: high specificity",
    },
    {
      metric: "induction: F1 over the best of raw z, components, rotation",
      atLeast: 1.7,
      paper: "features, not heads, are monosemantic",
    },
    {
      metric: "induction: CE recovered at L0 ≤ 20",
      atLeast: 0.8,
      paper: "0.75–0.99 at L0 below 20–40 (GPT-2 and others)",
    },
    { metric: "induction: CE recovered at L0 ≤ 20, mean base", atLeast: 0.7 },
    {
      metric: "induction: share of firings whose largest source is the induced token",
      atLeast: 0.85,
      paper: "attribution points to the token after the earlier occurrence",
    },
    { metric: "induction: logit drop of the right feature over another live one", atLeast: 5 },
    { metric: "induction: dead features with resampling, double rate", atMost: 0.1 },
    {
      metric: "induction: L0 and CE recovered fall with λ",
      atLeast: 1,
      over: "every seed",
      note: "Active features fall all the way; the cross entropy recovered falls from the lowest price to the highest, but not at every step (seed 1: .931, .902, .965, .902, .778 at λ/√d of .1, .15, .2, .35, .5).",
    },
    { metric: "stories260K: CE recovered at L0 ≤ 20, layer 2", atLeast: 0.75 },
  ],
  async run(given, run) {
    run.metric("loss: gradient against finite differences", await gradientError(run.rng));
    const spheres = [];
    for (const sparsity of [{ kind: "relu" }, { kind: "topk", k: 3 }, { kind: "jumprelu" }] as const)
      spheres.push(await sphereErrors(run.rng.split("spheres"), sparsity));
    run.metric("decoder rows: largest deviation from length one", Math.max(...spheres.map(({ length }) => length)));
    run.metric("decoder gradients: largest part along their rows", Math.max(...spheres.map(({ along }) => along)));
    await studyKnown(run, given);
    const points = await studyInduction(run, given);
    if (given.stories) points.push(...(await studyStories(run, given)));
    run.figure(
      "sweep",
      sweepFigure(
        points,
        "Each dot is a dictionary of another price of features, with its reconstruction in the place of the layer's heads. Up and to the left is better.",
      ),
    );
  },
});
