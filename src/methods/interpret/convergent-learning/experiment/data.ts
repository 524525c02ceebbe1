/** @file CIFAR-10: images that networks learn from, and images that they are compared on. */

import { loadImages, preprocesses } from "../../../../data/index.ts";
import { Rng, Tensor } from "../../../../graph/index.ts";
import { takeRows } from "../../../../nn/index.ts";
import type { SampleSet } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import type { Examples } from "./train.ts";

const plane = 32 * 32;

export interface Images {
  readonly train: Examples<Tensor>;
  readonly test: Examples<Tensor>;
  readonly classes: readonly string[];
}

/** As many of each as are wanted; fewer than all are drawn at random, the same ones for every seed. */
export async function cifar10(run: Run, trainImages: number, testImages: number): Promise<Images> {
  const [train, test] = await Promise.all([
    loadImages(run.data, "cifar10", "train"),
    loadImages(run.data, "cifar10", "test"),
  ]);
  return { train: some(train, trainImages), test: some(test, testImages), classes: test.classes };
}

export function some({ images, labels }: Examples<Tensor>, count: number): Examples<Tensor> {
  if (count >= labels.size) return { images, labels };
  const rows = new Rng(0).permutation(labels.size).slice(0, count);
  return { images: takeRows(images, rows), labels: takeRows(labels, rows) };
}

/** Images as networks are shown them: (x/255 − μ)/σ of each channel. */
export function samplesFrom({ images, labels }: Examples<Tensor>, classes: readonly string[]): SampleSet {
  const { scale, mean, deviation } = preprocesses.imagenet;
  const pixels = images.data as Uint8Array;
  const numbers = labels.numbers();
  return {
    length: labels.size,
    labels: classes,
    concepts: [],
    nameOf: (index) => `cifar10 test #${index}`,
    get: async (index) => {
      const data = new Float32Array(3 * plane);
      for (let c = 0, at = 0; c < 3; c++)
        for (let i = 0; i < plane; i++, at++)
          data[at] = (pixels[index * 3 * plane + at] * scale - mean[c]) / deviation[c];
      return { input: new Tensor("float32", [3, 32, 32], data), label: classes[numbers[index]] };
    },
  };
}
