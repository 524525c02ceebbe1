/** @file The options of the experiment. */

import { z } from "zod";

const count = (least: number) => z.number().int().min(least);

export const options = z.object({
  knownVectors: count(1024).default(300_000).describe("vectors made from a known dictionary"),
  knownTokens: count(1024)
    .default(400_000)
    .describe("vectors that a dictionary learns from to find it, seen again counted again"),
  transformerSteps: count(1).default(3000).describe("training steps of the induction transformer"),
  inductionTexts: count(32).default(16_250).describe("texts of 40 tokens that dictionaries of it learn from"),
  inductionPasses: count(1).default(1).describe("passes over them"),
  testTexts: count(8).default(600).describe("texts that they are tested on"),
  sweep: z
    .array(z.number().positive())
    .min(2)
    .default([0.1, 0.15, 0.2, 0.35, 0.5])
    .describe("prices λ/√d of a feature, of dictionaries in the sweep"),
  price: z.number().positive().default(0.2).describe("price λ/√d of the dictionary that is read"),
  highPrice: z.number().positive().default(0.5).describe("price at which features die at double the learning rate"),
  stories: z.boolean().default(true).describe("whether dictionaries of stories260K are learned"),
  storyTexts: count(16).default(1600).describe("texts that stories260K tells, to learn from"),
  storyLength: count(16).max(512).default(128).describe("tokens of such a text"),
  storyL0: z
    .array(z.number().positive())
    .min(1)
    .default([8, 16])
    .describe("active features per token that these are steered to; the largest up to 20 is read"),
  storyPasses: count(1).default(2).describe("passes over them"),
});

export type Options = z.output<typeof options>;

export const quick = {
  knownVectors: 4096,
  knownTokens: 8192,
  transformerSteps: 20,
  inductionTexts: 64,
  inductionPasses: 1,
  testTexts: 40,
  sweep: [0.1, 0.5],
  storyTexts: 24,
  storyLength: 32,
  storyL0: [16],
  storyPasses: 1,
};
