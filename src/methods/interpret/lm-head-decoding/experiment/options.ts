/** @file The options of the experiment. */

import { z } from "zod";

const count = (value: number) => z.number().int().min(1).default(value);

export const options = z.object({
  stories: count(32).describe("stories that the model tells, as contexts of clamps"),
  storyTokens: z.number().int().min(8).default(96).describe("tokens of each"),
  neurons: count(200).describe("neurons that are clamped, with both signs"),
  strength: z.number().positive().default(3).describe("clamps are at ± so many times the neuron's own 99th percentile"),
  gentleSteps: count(100).describe("steps of fine-tuning at a learning rate of 1e-4"),
  strongSteps: count(300).describe("steps of fine-tuning, and of training from scratch, at 1e-3"),
  plantedWord: z
    .string()
    .default("dog")
    .describe("the word of the planted neuron; another one where no token is this word"),
  captionEpochs: z.number().positive().default(2).describe("epochs on descriptions of pictures; more than 0"),
  captions: z.number().int().min(0).default(0).describe("descriptions of pictures to learn from; 0: all 29,000"),
  specialised: count(50).describe("most specialised words whose clamps are checked"),
});

export type Options = z.output<typeof options>;

/** Seconds; too little to learn from. */
export const quick = {
  stories: 3,
  storyTokens: 24,
  neurons: 10,
  gentleSteps: 2,
  strongSteps: 3,
  captions: 300,
  captionEpochs: 0.5,
  specialised: 4,
} as const;
