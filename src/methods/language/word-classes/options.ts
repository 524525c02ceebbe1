/** @file The options of the experiment. */

import { z } from "zod";

const count = (value: number) => z.number().int().min(0).default(value);

export const options = z.object({
  trainingWords: count(0).describe("words of English web text to learn from; 0: all 158,000"),
  vocabulary: count(4000).describe("most frequent words that are told apart"),
  embedding: count(64).describe("width of the words' vectors"),
  hidden: count(128).describe("units of each LSTM layer and of the tanh layer"),
  context: count(9).describe("words before the one to predict"),
  epochs: z.number().positive().default(2).describe("how often each word is predicted in training"),
  batch: count(128).describe("windows in a batch"),
  learningRate: z.number().positive().default(1.5e-3).describe("of Adam"),
  perClass: count(400).describe("held-out contexts for each of the six classes of the next word"),
  permutations: count(200).describe("random orders of the labels for the band of no meaning"),
  probeSteps: count(150).describe("steps of fitting each linear probe"),
  mapPoints: count(600).describe("contexts on the map"),
  feedForward: z.boolean().default(true).describe("whether a feed-forward network is trained, too"),
  german: z.boolean().default(true).describe("whether a small network is trained on German, too"),
  stories: z.boolean().default(true).describe("whether the pretrained Llama stories260K is read, too"),
  brownWords: count(0).describe(
    "words of the Brown corpus on which trained, untrained and shuffled order are repeated; 0: not",
  ),
});

export type Options = z.output<typeof options>;

/** Seconds on a laptop; too little to learn from. */
export const quick = {
  trainingWords: 12_000,
  vocabulary: 400,
  embedding: 16,
  hidden: 24,
  epochs: 0.5,
  perClass: 30,
  permutations: 40,
  probeSteps: 20,
  mapPoints: 90,
  german: false,
  stories: false,
} as const;
