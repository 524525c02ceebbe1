/** @file A model and pictures, made to fit each other: what every job on a network starts with. */

import { join } from "node:path";
import { type PictureSet, preprocessNamed, samplesOf, scenePictures } from "../data/index.ts";
import { CajalError } from "../graph/index.ts";
import type { Model, SampleSet } from "../probe/index.ts";
import { locateModel, openPictures, preprocessOf } from "./data-sets.ts";
import { assetsFolder } from "./folders.ts";
import { open } from "./open.ts";
import type { Progress } from "./progress.ts";

export interface PrepareOptions {
  /** An ONNX file, one of the hub, or a known model's name; none: the embedded example. */
  readonly model?: string | undefined;
  /** A folder of pictures, or a known set's name; none: rendered scenes, for the embedded example only. */
  readonly data?: string | undefined;
  /** Pictures that are no folder, instead of `data`. */
  readonly pictures?: PictureSet;
  /** How pictures become numbers; default: as the model is known to want it, else `imagenet`. */
  readonly preprocess?: string;
  readonly size?: readonly [number, number];
  /** At most so many pictures, evenly spread over the set. */
  readonly limit?: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

export interface Prepared {
  readonly model: Model;
  readonly modelPath: string;
  readonly pictures: PictureSet;
  readonly samples: SampleSet;
  readonly preprocess: { readonly name: string; readonly guessed: boolean };
}

/** @throws CajalError as `open`, `pictureFolder` and `imageInput` do */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { progress, signal } = options;
  const modelPath = options.model === undefined ? embeddedModel : await locateModel(options.model, progress, signal);
  const model = await open(modelPath, { reads: "pictures", ...(options.size && { size: options.size }) });
  const pictures = thinOut(await choosePictures(options), options.limit);
  const stated = options.preprocess ?? model.imported.metadata["cajal.preprocess"] ?? (await preprocessOf(modelPath));
  const name = stated ?? "imagenet";
  const { channels } = model.input;
  if (channels !== 1 && channels !== 3) {
    throw new CajalError("shape", `the model takes pictures of ${channels} channels; pictures have 1 or 3`);
  }
  return {
    model,
    modelPath,
    pictures,
    samples: samplesOf(pictures, model, preprocessNamed(name)),
    preprocess: { name, guessed: stated === undefined },
  };
}

/** The network that ships with Cajal; `cajal train scenes --seed 1` makes it. */
const embeddedModel = join(assetsFolder, "scene-network.onnx");

const embeddedScenes = { seed: 2026, count: 600 };

async function choosePictures({ model, data, pictures, progress }: PrepareOptions): Promise<PictureSet> {
  if (pictures !== undefined) return pictures;
  if (data !== undefined) return openPictures(data, progress);
  if (model === undefined) return scenePictures(embeddedScenes.seed, embeddedScenes.count);
  throw new CajalError("no-data", "no pictures were given", { advice: "Say --data with a folder of pictures." });
}

function thinOut(set: PictureSet, limit: number | undefined): PictureSet {
  if (limit === undefined || limit >= set.length) return set;
  const at = (index: number) => Math.floor((index * set.length) / limit);
  return {
    ...set,
    length: limit,
    nameOf: (index) => set.nameOf(at(index)),
    get: (index, height, width) => set.get(at(index), height, width),
  };
}
