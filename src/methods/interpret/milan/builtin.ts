/** @file The built-in captioner's files: SqueezeNet sees; what it sees in rendered scenes is put into words as was learnt, in photographs by its classes. */

import { type DataSource, findData, preprocesses } from "../../../data/index.ts";
import { Rng } from "../../../graph/index.ts";
import { Model } from "../../../probe/index.ts";
import { collect, encodeCollection } from "./annotated/collection.ts";
import type { Concept } from "./annotated/concept.ts";
import type { KnownEmoji } from "./annotated/emoji-kinds.ts";
import { BuiltinCaptioner } from "./builtin-captioner.ts";
import { decodeCaptioner } from "./captioner-file.ts";
import { exportEncoder } from "./encoder-file.ts";
import { NeuralCaptioner, type NeuralCaptionerOptions } from "./neural-captioner.ts";
import { ClassEncoder } from "./photographs/class-encoder.ts";
import { PhotoCaptioner, type PhotoCaptionerOptions } from "./photographs/photo-captioner.ts";
import { RegionEncoder } from "./region-encoder.ts";
import { type TrainCaptionerOptions, type TrainedCaptioner, trainOnFeatures } from "./train-captioner.ts";

/** Tensors of SqueezeNet 1.1, from early to late: 64 + 128 + 256 + 384 + 512 channels. */
export const encoderDepths = ["relu_conv1", "fire3/concat", "fire5/concat", "fire7/concat", "fire9/concat"] as const;

/** Its last maps: what it sees at each place of the 1,000 classes that it was trained on. */
const classMaps = "relu_conv10";

const encoderSide = 128;

/** Photographs are looked at larger than scenes: there the classifier is right far more often than at 128 pixels, and hardly less than at 224. */
const photographSide = 192;

/** The encoder's file, from the registry's set "squeezenet1.1". @throws CajalError as the source */
export async function makeEncoder(source: DataSource): Promise<Uint8Array> {
  return exportEncoder(await source.file("squeezenet1.1", "squeezenet1.1.onnx"), {
    depths: [...encoderDepths, classMaps],
    size: [encoderSide, encoderSide],
    metadata: {
      "cajal.preprocess": "caffe",
      "cajal.source": "SqueezeNet 1.1 (F. N. Iandola et al. 2016, BSD 2-Clause), weights as float16",
    },
  });
}

/** @param bytes of `makeEncoder` */
export function openEncoder(bytes: Uint8Array): RegionEncoder {
  const model = Model.open(bytes, { name: "the captioner's encoder" });
  return new RegionEncoder(model, { depths: encoderDepths, preprocess: preprocesses.caffe });
}

/** The captioner of rendered scenes, of two files: of `makeEncoder` and `encodeCaptioner`. @throws CajalError `bad-file`, `shape` */
export function openSceneCaptioner(
  encoder: Uint8Array,
  weights: Uint8Array,
  options: NeuralCaptionerOptions = {},
): NeuralCaptioner {
  return new NeuralCaptioner(openEncoder(encoder), decodeCaptioner(weights), { name: "scenes", ...options });
}

/** The captioner of photographs. @param encoder of `makeEncoder` @throws CajalError `bad-file` */
export function openPhotoCaptioner(encoder: Uint8Array, options: PhotoCaptionerOptions = {}): PhotoCaptioner {
  const bytes = exportEncoder(encoder, { depths: [classMaps], size: [photographSide, photographSide] });
  const model = Model.open(bytes, { name: "the captioner's classifier" });
  return new PhotoCaptioner(new ClassEncoder(model, { maps: classMaps, preprocess: preprocesses.caffe }), options);
}

/** Both, each for what it knows. @throws CajalError `bad-file`, `shape` */
export function openCaptioner(
  encoder: Uint8Array,
  weights: Uint8Array,
  { name, units }: { readonly name: string; readonly units?: number },
): BuiltinCaptioner {
  const options = units === undefined ? {} : { units };
  return new BuiltinCaptioner(
    name,
    openSceneCaptioner(encoder, weights, options),
    openPhotoCaptioner(encoder, options),
  );
}

const shippedSet = "built-in-captioner";
const shippedPaths = { encoder: "captioner-encoder.onnx", weights: "captioner.safetensors" } as const;

/** The two files that ship with Cajal. @throws CajalError as the source */
export async function shippedFiles(data: DataSource): Promise<{ encoder: Uint8Array; weights: Uint8Array }> {
  const { encoder, weights } = shippedPaths;
  const files = await Promise.all([encoder, weights].map((path) => data.file(shippedSet, path)));
  return { encoder: files[0], weights: files[1] };
}

/** The captioner that ships with Cajal. @throws CajalError as the source */
export async function shippedCaptioner(
  data: DataSource,
  options: { readonly units?: number } = {},
): Promise<BuiltinCaptioner> {
  const { encoder, weights } = await shippedFiles(data);
  const { files } = findData(shippedSet);
  return openCaptioner(encoder, weights, { name: builtinName(files[shippedPaths.weights]), ...options });
}

/** Counts the changes of what is said of photographs: what was said before is not read back then. */
const edition = 2;

/** @param digest SHA-256 of the weights' file, in hexadecimal */
export const builtinName = (digest: string): string => `built-in ${digest.slice(0, 8)}-${edition}`;

/** Pairs of attributes that no training set is about, whatever the seed: a tenth of all, to see whether words are put together anew. */
export function heldOut({ attributes }: Concept): boolean {
  if (attributes.length !== 2) return false;
  const name = [...attributes].sort().join(" ");
  return new Rng(2201).split(name).random() < 0.1;
}

export interface BuiltinTraining extends TrainCaptionerOptions {
  readonly rng: Rng;
  readonly sets?: number;
  readonly scenes?: number;
  /** Is told how far scenes and regions are. */
  onScenes?(stage: "drawing scenes" | "looking at regions", done: number, total: number): void;
  breathe?(): Promise<void>;
}

/** Sizes at which the captioner's file stays below 2 MB. */
const shippedSizes = { hidden: 256, embedding: 96, projection: 192, languageHidden: 160 } as const;

/** How it is trained; epochs are few because captions are many. */
const training = { epochs: 5, featureDropout: 0.2, languageRate: 3e-3 } as const;

/**
 * So many captions of each set: with few, some sets have by chance only vague ones, and the decoder learns by heart which.
 */
const captionsOfSet = 8;

/** Trains the built-in captioner on rendered scenes with emoji in them: by default 4,500 exemplar sets from 6,000 scenes. */
export async function trainBuiltin(
  emoji: readonly KnownEmoji[],
  encoder: RegionEncoder,
  options: BuiltinTraining,
): Promise<TrainedCaptioner> {
  const { rng, sets = 4500, scenes = 6000, breathe, onScenes, signal } = options;
  const collection = await collect({
    rng: rng.split("collection"),
    sets,
    scenes,
    captions: captionsOfSet,
    emoji,
    exclude: heldOut,
    breathe: async (done, total) => {
      signal?.throwIfAborted();
      onScenes?.("drawing scenes", done, total);
      await breathe?.();
    },
  });
  const regions = sets * collection.exemplars;
  const features = await encodeCollection(collection, encoder, {
    ...(signal && { signal }),
    onProgress: (done) => onScenes?.("looking at regions", done, regions),
  });
  return trainOnFeatures(
    { features, captions: collection.captions },
    { ...shippedSizes, ...training, ...options, rng: rng.split("training") },
  );
}
