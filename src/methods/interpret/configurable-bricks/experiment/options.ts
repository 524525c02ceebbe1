/** @file The options of the experiment. */

import { z } from "zod";

const count = (value: number, least = 1) => z.number().int().min(least).default(value);

export const options = z.object({
  steps: count(1000).describe("training steps of the model"),
  rate: z.number().positive().default(3e-3).describe("learning rate of the model"),
  windowsPerFunction: count(3).describe("windows of each function in a batch"),
  characters: count(300_000, 80_000).describe("bytes of text of each function, at most"),
  instances: count(80, 30).describe("prompts of each function that neurons are scored on"),
  tests: count(40).describe("prompts of each function that losses are measured on"),
  routerTexts: count(240, 6).describe("training windows that routers and co-activations are taken from"),
  routerSteps: count(600).describe("training steps of a learned router"),
  brickSize: count(16).describe("neurons of a brick"),
  curve: z.boolean().default(true).describe("also measures a quarter and three quarters of the neurons"),
  newNeurons: count(32).describe("neurons that a grown brick has in each layer"),
  growSteps: count(400).describe("training steps of a grown brick, and of full fine-tuning"),
  edits: count(40).describe("edits of single prompts"),
  stories: z
    .number()
    .int()
    .min(0)
    .default(400)
    .describe("stories that sentences for the pretrained model are taken from; 0: left out"),
});

export type Options = z.output<typeof options>;

/** Seconds; too little to learn from. */
export const quick = {
  steps: 6,
  characters: 80_000,
  instances: 30,
  tests: 3,
  routerTexts: 6,
  routerSteps: 10,
  curve: false,
  growSteps: 3,
  edits: 2,
  stories: 60,
} as const;
