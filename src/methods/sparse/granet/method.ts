/** @file The experiment of GraNet: a teacher with known wiring, Fashion-MNIST at 2 % and 0.5 %, and when a network recovers from pruning. */

import { z } from "zod";
import { defineMethod } from "../../method.ts";
import { erkDensities } from "../erk.ts";
import { studyConvolutions } from "./experiment/convolutions.ts";
import { denseTraining, fashionTask, studyFashion } from "./experiment/fashion.ts";
import { studyPlasticity } from "./experiment/plasticity.ts";
import { studyTeachers } from "./experiment/teacher.ts";

export default defineMethod({
  slug: "granet",
  family: "sparse",
  paper: {
    title: "Sparse Training via Boosting Pruning Plasticity with Neuroregeneration",
    authors: "S. Liu, T. Chen, X. Chen, Z. Atashgahi, L. Yin, H. Kou, L. Shen, M. Pechenizkiy, Z. Wang, D. C. Mocanu",
    year: 2021,
    venue: "NeurIPS",
    arxiv: "2106.10404",
    code: "https://github.com/VITA-Group/GraNet",
  },
  summary: "trains your network sparse from the first step, and tells when in training it recovers from pruning",
  options: z.object({
    teachers: z
      .number()
      .int()
      .positive()
      .default(2)
      .describe("teachers with known wiring whose connections students look for"),
    teacherSteps: z.number().int().min(60).default(3000).describe("training steps of each student"),
    epochs: z.number().int().multipleOf(4).default(12).describe("epochs on Fashion-MNIST, in quarters"),
    trainImages: z.number().int().min(128).default(20_000).describe("training images of Fashion-MNIST"),
    testImages: z.number().int().min(1).default(10_000).describe("test images of Fashion-MNIST"),
    every: z.number().int().positive().default(20).describe("steps between updates of the masks on Fashion-MNIST"),
    convolutions: z.boolean().default(false).describe("also a convolutional network on CIFAR-10, at 5 % density"),
  }),
  quick: { teachers: 1, teacherSteps: 120, epochs: 4, trainImages: 1280, testImages: 500, every: 5 },
  data: ["fashion-mnist", "cifar10"],
  bars: [
    { metric: "ERK: relative error of the total density", atMost: 1e-9, over: "every seed", paper: "exact" },
    { metric: "ERK: largest density of a layer", atMost: 1, over: "every seed", paper: "exact" },
    { metric: "updates whose count is not the schedule's", atMost: 0, over: "every seed", paper: "by construction" },
    { metric: "weights outside the masks that are not zero", atMost: 0, over: "every seed", paper: "by construction" },
    { metric: "teacher: recall of GraNet", atLeast: 0.9 },
    {
      metric: "teacher: recall without regeneration",
      atMost: 0.3,
      note: "The key idea off: what the random mask lacks cannot be found.",
    },
    { metric: "teacher: gradient minus random growth", atLeast: 0.1 },
    { metric: "0.5 %: GraNet minus static", atLeast: 8 },
    { metric: "0.5 %: GraNet minus SNIP", atLeast: 8 },
    {
      metric: "0.5 %: GraNet minus RigL",
      atLeast: 1,
      paper: "76.0 against 75.1 (ResNet-50 on ImageNet, 80 % sparse)",
    },
    {
      metric: "2 %: dense minus GraNet",
      atMost: 2,
      paper: "no loss beyond noise (ResNet-50 on CIFAR-10, 90 % sparse)",
    },
    { metric: "2 %: training FLOPs of GraNet, share of dense", atMost: 0.25, paper: "< 1, by the density schedule" },
    { metric: "2 %: explored by GraNet", atLeast: 0.6 },
    {
      metric: "2 %: explored by static, off its density",
      atMost: 1e-5,
      note: "Each layer has a whole number of connections, so the total is off by up to half a connection per layer.",
    },
    {
      metric: "2 %: explored without regeneration",
      atMost: 0.50001,
      note: "At most the initial density 0.5, up to half a connection per layer.",
    },
    {
      metric: "plasticity 0.5 %: pruned after a quarter minus pruned at the end",
      atLeast: 15,
      paper: "the same sign",
    },
    {
      metric: "plasticity 0.5 %: regeneration's gain, pruned in the last quarter",
      atLeast: 5,
      paper: "a gain at 98 % sparsity",
      note: "With initialisation and inputs of the authors' code for this perceptron. With He's initialisation and pixels from 0 to 1, which were tried first, regeneration cost 8.9 points (seed 1).",
    },
  ],
  async run(options, run) {
    // One layer saturates at the first densities, none at the last.
    const shapes = [
      [784, 300],
      [300, 100],
      [100, 10],
      [16, 3, 3, 3],
    ];
    const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b));
    const total = sizes.reduce((a, b) => a + b);
    const shares = [0.9, 0.5, 0.2, 0.05, 0.01].map((density) => ({ density, layers: erkDensities(shapes, density) }));
    const errors = shares.map(({ density, layers }) => {
      const kept = layers.reduce((sum, share, l) => sum + share * sizes[l], 0);
      return Math.abs(kept / (density * total) - 1);
    });
    run.metric("ERK: relative error of the total density", Math.max(...errors));
    run.metric("ERK: largest density of a layer", Math.max(...shares.flatMap(({ layers }) => layers)));

    await studyTeachers(run, options);
    const task = await fashionTask(run, options);
    try {
      const moments = await denseTraining(run, task);
      await studyFashion(run, options, task, await task.accuracy(moments[4].params));
      await studyPlasticity(run, options, task, moments);
    } finally {
      await task.release();
    }
    if (options.convolutions) await studyConvolutions(run);
  },
});
