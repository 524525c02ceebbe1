/** @file The experiment's options. */

import { z } from "zod";

const count = (least: number, value: number, what: string) => z.number().int().min(least).default(value).describe(what);

export const options = z.object({
  images: count(200, 8000, "images of MNIST that the merged net learns from; the judge learns from as many others"),
  epochs: z.number().positive().default(3).describe("times that each image is learnt from"),
  batch: count(1, 64, "images in a batch"),
  learningRate: z.number().positive().default(0.002).describe("of AdamW"),
  perUnit: count(30, 600, "images of its class that a unit is shown"),
  k: count(1, 4, "facets of each unit"),
  seedImages: count(1, 15, "images nearest to a facet's middle that its mean image is of"),
  share: z.number().positive().max(1).default(1).describe("share of the published number of iterations"),
  cifar: z.boolean().default(true).describe("whether a class of the published ResNet-20 is shown, too"),
  cifarImages: count(30, 600, "images of that class"),
  cifarFacets: count(1, 6, "facets of it"),
  large: z
    .boolean()
    .default(true)
    .describe("whether a class of SqueezeNet is shown, at 227 pixels, with all four stages"),
  largeImages: count(30, 240, "images of that class"),
  largeFacets: count(1, 2, "facets of it"),
  largeShare: z.number().positive().max(1).default(0.2).describe("share of the published number of iterations for it"),
});

export type Options = z.output<typeof options>;

/** Seconds; networks that learnt little. */
export const quick = {
  images: 1500,
  epochs: 1,
  perUnit: 90,
  k: 2,
  share: 0.1,
  cifarImages: 60,
  cifarFacets: 2,
  largeImages: 30,
  largeFacets: 1,
  largeShare: 0.01,
} as const;
