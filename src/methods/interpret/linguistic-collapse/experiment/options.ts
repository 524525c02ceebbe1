/** @file The options of the experiment. */

import { z } from "zod";

const count = () => z.number().int().positive();

export const options = z.object({
  widths: z.array(z.number().int().min(4)).min(1).default([24, 48, 80, 128]).describe("widths of the language models"),
  layers: z.array(count()).min(1).default([1, 2]).describe("their numbers of layers"),
  longer: z.array(count()).default([2, 4]).describe("epochs of further models of the second width and the most layers"),
  vocabulary: count().default(1200).describe("words that they know"),
  trainLines: count().max(29_000).default(29_000).describe("descriptions they learn from, and classes are measured on"),
  controlLines: count()
    .default(6000)
    .describe(
      "descriptions that classes of the controls, and of models that differ in their seed alone, are measured on",
    ),
  steps: count().default(64).describe("words in a sequence"),
  batch: count().default(32).describe("sequences in a batch"),
  learningRate: z
    .number()
    .positive()
    .default(3e-3)
    .describe("of AdamW, at its highest; it falls to 0 in a straight line"),
  warmup: z.number().positive().max(0.5).default(0.1).describe("share of the steps in which the rate rises"),
  weightDecay: z.number().min(0).default(5e-4).describe("of AdamW, on matrices"),
  minCount: count().default(5).describe("classes of fewer positions are left out"),
  seedModels: z
    .number()
    .int()
    .min(3)
    .default(12)
    .describe("models that differ in their seed alone (first width, one layer)"),
  shuffles: count().default(10_000).describe("random pairings of each permutation test"),
  stories: z
    .number()
    .int()
    .min(0)
    .default(128)
    .describe("stories that stories260K tells and is measured on; 0 leaves it out"),
  storyTokens: count().max(512).default(256).describe("tokens of a story at most"),
  resnetImages: z
    .number()
    .int()
    .min(0)
    .max(4000)
    .default(4000)
    .describe("training images of ResNet-20; 0 leaves it out"),
});

export const quick = {
  widths: [8, 16],
  layers: [1],
  longer: [2],
  vocabulary: 150,
  trainLines: 600,
  steps: 32,
  seedModels: 3,
  shuffles: 500,
  stories: 16,
  storyTokens: 64,
  resnetImages: 100,
};

export type Options = z.output<typeof options>;
