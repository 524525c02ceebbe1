/** @file The experiment's options. */

import { z } from "zod";

const count = (least: number, value: number, what: string) => z.number().int().min(least).default(value).describe(what);

export const options = z.object({
  nets: count(2, 4, "networks trained from different random weights"),
  trainImages: count(100, 10_000, "images of CIFAR-10 that each of them learns from"),
  testImages: count(100, 2000, "images on which their units are compared"),
  epochs: z.number().positive().default(5).describe("times that each image is learnt from"),
  batch: count(1, 100, "images in a batch"),
  learningRate: z.number().positive().default(0.002).describe("of AdamW"),
  beginning: z
    .enum(["uniform", "he"])
    .default("uniform")
    .describe("how weights begin: evenly within ±1/√inputs, or larger (He)"),
  maxSamples: count(1000, 200_000, "samples of each unit: positions of maps are drawn where there are more"),
  rotations: count(1, 5, "random rotations of the second net's layer for each pair"),
  resnets: z.boolean().default(true).describe("whether the published ResNet-20 and ResNet-56 are compared, too"),
  resnetImages: count(50, 1000, "images for these"),
});

export type Options = z.output<typeof options>;

/** Seconds; networks that learnt little. */
export const quick = {
  nets: 2,
  trainImages: 1000,
  testImages: 120,
  epochs: 0.5,
  maxSamples: 3000,
  rotations: 1,
  resnetImages: 50,
} as const;
