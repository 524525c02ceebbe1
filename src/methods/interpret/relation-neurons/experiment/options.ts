/** @file The options of the experiment. */

import { z } from "zod";

const count = (least: number) => z.number().int().min(least);

export const options = z.object({
  people: count(40).default(120).describe("fictional people, each with eight facts"),
  epochs: z.number().positive().default(60).describe("passes over the sentences about them"),
  evaluated: count(10).default(40).describe("people by whom neurons are evaluated; the others detect"),
  shares: z
    .array(z.number().positive().max(1))
    .default([0.01, 0.02, 0.05, 0.1, 0.2])
    .describe("shares of all neurons that are switched off; a tenth and a fifth always are"),
  onlyKnown: z
    .boolean()
    .default(true)
    .describe("whether prompts that the model answers wrongly are left out of detection"),
  draws: count(1).default(5).describe("random sets of neurons of each size, as a control"),
  lre: z
    .boolean()
    .default(true)
    .describe("whether neurons of twelve real relations are detected, in a model that learns them by heart"),
  lreFacts: count(30).default(80).describe("facts of each of them"),
  lreEpochs: z.number().positive().default(30).describe("passes over their sentences"),
  stories: z.boolean().default(true).describe("whether neurons of linguistic relations are detected in stories260K"),
});

export type Options = z.output<typeof options>;

/** Seconds; too little to learn by heart. */
export const quick = {
  people: 40,
  epochs: 1,
  evaluated: 10,
  shares: [],
  onlyKnown: false,
  draws: 1,
  lreFacts: 50,
  lreEpochs: 0.2,
};
