/** @file For show: classes of published networks, with CIFAR-10's pictures of them. */

import { cifar10Pictures, type PictureSet, type PreprocessName, unpacked } from "../../../../data/index.ts";
import { Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { facets, type UnitFacets } from "../facets.ts";
import { meanImageStages, shortened } from "../stages.ts";

export interface Shown {
  /** What the unit is, for captions. */
  readonly title: string;
  readonly size: readonly [height: number, width: number];
  readonly result: UnitFacets;
  /** For each facet its nearest pictures, RGB in 0…255: [H · W · 3]. */
  readonly nearest: readonly (readonly Uint8Array[])[];
}

interface Published {
  readonly title: string;
  readonly set: string;
  readonly file: string;
  readonly preprocess: PreprocessName;
  readonly tensor: string;
  readonly channel: number;
  /** The class of CIFAR-10 whose pictures are the unit's. */
  readonly label: number;
}

export const publishedUnits = {
  cifar: {
    title: "automobile, ResNet-20",
    set: "resnet-cifar10",
    file: "resnet20.onnx",
    preprocess: "imagenet",
    tensor: "logits",
    channel: 1,
    label: 1,
  },
  large: {
    // Class 817 of ImageNet.
    title: "sports car, SqueezeNet 1.1",
    set: "squeezenet1.1",
    file: "squeezenet1.1.onnx",
    preprocess: "caffe",
    tensor: "logits",
    channel: 817,
    label: 1,
  },
} as const satisfies Record<string, Published>;

/** Nearest pictures that a figure shows. */
const shownPictures = 6;

export function showPublished(
  run: Run,
  { title, set, file, preprocess, tensor, channel, label }: Published,
  { images: count, k, share }: { readonly images: number; readonly k: number; readonly share: number },
): Promise<Shown> {
  return run.part(title, async () => {
    const model = Model.open(await run.data.file(set, file), { name: title });
    const { height, width } = model.input;
    const bytes = await unpacked(run.data, "cifar10", "train.jpeg6000.bin.gz");
    const pictures = cifar10Pictures("cifar10", bytes);
    const images = (await picturesOf(pictures, pictures.labels[label])).slice(0, count);
    const result = await facets(model, { tensor, channel }, pictures, {
      images,
      k,
      preprocess,
      stages: shortened(meanImageStages(height), share),
      seed: run.seed,
      compile: run.compile,
      signal: run.signal,
      onProgress: (done, total) => run.progress(title, done, total, "iterations"),
    });
    const nearest: Uint8Array[][] = [];
    for (const { exemplars } of result.facets) {
      const row = exemplars.slice(0, shownPictures).map((index) => pictures.get(index, height, width));
      nearest.push((await Promise.all(row)).map(({ picture }) => picture.data));
    }
    return { title, size: [height, width] as const, result, nearest };
  });
}

async function picturesOf(pictures: PictureSet, label: string): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < pictures.length; index++)
    if ((await pictures.get(index, 1, 1)).label === label) found.push(index);
  return found;
}
