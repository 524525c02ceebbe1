/** @file The options of the experiment. */

import { z } from "zod";

const count = () => z.number().int().positive();

export const options = z.object({
  trainSums: count().max(3830).default(3830).describe("sums on which the published network's bases are taken"),
  testSums: count().max(8939).default(8939).describe("sums on which it is tested"),
  kept: z
    .array(count())
    .min(1)
    .default([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 21, 27, 42, 71, 129])
    .describe("numbers of directions at which it is tested"),
  modulus: count().min(5).default(31).describe("of the sums that a transformer is trained on"),
  width: count().multipleOf(4).default(64).describe("its width"),
  hidden: count().default(256).describe("units of its ReLU network"),
  trainShare: z.number().positive().lt(1).default(0.8).describe("share of the sums that it learns from"),
  learningRate: z.number().positive().default(2e-3).describe("of its AdamW"),
  weightDecay: z.number().min(0).default(1).describe("of its AdamW"),
  accuracy: z.number().positive().max(1).default(0.98).describe("test accuracy at which its training ends"),
  steps: count().default(2000).describe("steps of its training at most"),
  images: count().max(10_000).default(10_000).describe("images that an MLP learns from"),
  testImages: count().max(2000).default(2000).describe("images that it is tested on"),
  units: count().default(100).describe("units of each of its hidden layers"),
  epochs: count().default(8).describe("of its training"),
  intervals: count().default(4).describe("intervals of the integrals along its edges"),
});

export const quick = {
  trainSums: 200,
  testSums: 200,
  kept: [6, 7, 8, 9, 11, 13, 15],
  modulus: 7,
  width: 16,
  hidden: 32,
  steps: 100,
  images: 400,
  testImages: 200,
  units: 16,
  epochs: 2,
  intervals: 1,
};

export type Options = z.output<typeof options>;
