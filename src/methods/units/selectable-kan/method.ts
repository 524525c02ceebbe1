/** @file The experiment of selectable KANs: seven functions, two sets of pictures. */

import { z } from "zod";
import { defineMethod } from "../../method.ts";
import { reportIdentities } from "./experiment/identities.ts";
import { learnPictures, reportPictures } from "./experiment/pictures.ts";
import { learnFunctions } from "./experiment/regression.ts";
import { reportFunctions } from "./experiment/report.ts";

const count = (least: number) => z.number().int().min(least);

export default defineMethod({
  slug: "selectable-kan",
  family: "units",
  paper: {
    title: "Activation Space Selectable Kolmogorov-Arnold Networks",
    authors: "Z. Yang, J. Zhang, X. Luo, Z. Lu, L. Shen",
    year: 2024,
    arxiv: "2408.08338",
  },
  summary:
    "trains a network in which every node chooses the kinds of functions that its edges learn, and removes the others",
  options: z.object({
    functions: count(1).max(7).default(7).describe("functions that are learned, of seven"),
    steps: count(20).default(500).describe("training steps of each network on a function"),
    rate: z.number().positive().default(0.04).describe("learning rate of each network on a function"),
    points: count(70).default(400).describe("training points of a function"),
    trainImages: count(640).max(60_000).default(10_000).describe("training images of each set of pictures"),
    testImages: count(1).max(10_000).default(2000).describe("test images of each set of pictures"),
    epochs: count(1).default(4).describe("passes over the training images"),
    pictureRate: z.number().positive().default(0.005).describe("learning rate of each network on pictures"),
  }),
  quick: { functions: 3, steps: 30, points: 80, trainImages: 640, testImages: 200, epochs: 1 },
  data: ["mnist", "fashion-mnist"],
  bars: [
    {
      metric: "spaces against independent formulas, largest difference",
      atMost: 1e-5,
      over: "every seed",
      paper: "identities",
    },
    { metric: "gradients against finite differences", atMost: 1e-3, over: "every seed", paper: "identity" },
    { metric: "folding with nothing pruned, largest change", atMost: 1e-5, over: "every seed", paper: "identity" },
    { metric: "spaces in the exported network that were not chosen", atMost: 0, over: "every seed", paper: "exact" },
    { metric: "exported numbers minus those of the formula", atMost: 0, over: "every seed", paper: "exact" },
    { metric: "error: S-KAN over best single space", atMost: 0.95, paper: "best of all in seven fitting tasks" },
    { metric: "functions on which S-KAN is within 1.3 times the best single space", atLeast: 4 },
    { metric: "error: S-KAN over MLP", atMost: 0.5 },
    { metric: "error: S-KAN with 1 space over median single space", atMost: 1 },
    { metric: "error: chosen by contribution over chosen at random", atMost: 0.9 },
    { metric: "nodes that keep fourier: sin 6πx + ½ cos 10πx", atLeast: 2 },
    { metric: "nodes that keep fourier: J₀(20x)", atLeast: 2 },
    { metric: "mnist: accuracy of S-ConvKAN", atLeast: 0.94 },
    { metric: "fashion-mnist: accuracy of S-ConvKAN", atLeast: 0.8 },
    { metric: "mnist: S-ConvKAN minus mean of single spaces", atLeast: -0.005 },
    { metric: "fashion-mnist: S-ConvKAN minus mean of single spaces", atLeast: -0.005 },
  ],
  async run(options, run) {
    await reportIdentities(run);
    const { functions: tasks, ...rest } = options;
    reportFunctions(run, await learnFunctions(run, { tasks, ...rest }), options.steps);
    reportPictures(run, await learnPictures(run, options));
  },
});
