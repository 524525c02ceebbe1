/** @file A captioner's weights as a small file: matrices of 8 bits with one scale per column, in safetensors, with the vocabulary. */

import {
  CajalError,
  decodeSafetensors,
  encodeSafetensors,
  forEachLeaf,
  mapLeaves,
  Tensor,
} from "../../../graph/index.ts";
import { blankCaptionModel, blankDecoder } from "./blank-captioner.ts";
import { Scaling } from "./scaling.ts";
import type { CaptionerWeights } from "./train-captioner.ts";
import { Vocabulary } from "./vocabulary.ts";

const format = "cajal captioner 1";
const scaleSuffix = ".scale";
/** Smaller tensors stay as they are. */
const smallestMatrix = 1024;

interface Sizes {
  readonly features: number;
  readonly hidden: number;
  readonly embedding: number;
  readonly projection?: number;
  readonly languageLayers: number;
  readonly languageHidden: number;
  readonly languageEmbedding: number;
}

/** The file's bytes. Weights are rounded to 1/127 of the largest of their column. */
export function encodeCaptioner(weights: CaptionerWeights): Uint8Array {
  const { decoder, languageModel, scaling, vocabulary } = weights;
  const sizes: Sizes = {
    features: scaling.mean.size,
    hidden: decoder.hidden.weight.shape[1],
    embedding: decoder.words.weight.shape[1],
    ...(decoder.projection && { projection: decoder.projection.weight.shape[1] }),
    languageLayers: languageModel.layers.length,
    languageHidden: languageModel.output.weight.shape[0],
    languageEmbedding: languageModel.words.weight.shape[1],
  };
  const tensors: Record<string, Tensor> = {};
  const { mean, deviation } = scaling;
  forEachLeaf({ decoder, languageModel, scaling: { mean, deviation } }, (leaf, path) => {
    const tensor = leaf as Tensor;
    if (tensor.shape.length !== 2 || tensor.size < smallestMatrix) tensors[path] = tensor;
    else [tensors[path], tensors[path + scaleSuffix]] = rounded(tensor);
  });
  return encodeSafetensors(tensors, { format, sizes: JSON.stringify(sizes), vocabulary: vocabulary.words.join(" ") });
}

/** @throws CajalError `bad-file` when the bytes are no captioner */
export function decodeCaptioner(bytes: Uint8Array, name = "the captioner"): CaptionerWeights {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const fail = (what: string) => new CajalError("bad-file", `${name}: ${what}`);
  if (metadata.format !== format) throw fail("it is no captioner's file");
  const sizes = parseSizes(metadata.sizes);
  if (sizes === undefined) throw fail("it does not say how large its networks are");
  const vocabulary = new Vocabulary((metadata.vocabulary ?? "").split(" ").filter(Boolean));
  const { features, languageLayers, languageHidden, languageEmbedding, ...rest } = sizes;
  const like = {
    decoder: blankDecoder({ ...rest, features, vocabulary: vocabulary.size }),
    languageModel: blankCaptionModel({
      vocabulary: vocabulary.size,
      layers: languageLayers,
      hidden: languageHidden,
      embedding: languageEmbedding,
    }),
    scaling: { mean: Tensor.zeros([features]), deviation: Tensor.zeros([features]) },
  };
  const { decoder, languageModel, scaling } = mapLeaves(like, (leaf, path): Tensor => {
    const kept = tensors[path];
    const scale = tensors[path + scaleSuffix];
    if (kept === undefined || String(kept.shape) !== String(leaf.shape))
      throw fail(`"${path}" is missing or of another size`);
    return scale === undefined ? kept : restored(kept, scale);
  });
  return { vocabulary, decoder, languageModel, scaling: new Scaling(scaling.mean, scaling.deviation) };
}

function rounded(matrix: Tensor): [values: Tensor, scales: Tensor] {
  const [rows, columns] = matrix.shape;
  const data = matrix.data as Float32Array;
  const scales = new Float32Array(columns);
  for (let i = 0; i < data.length; i++) scales[i % columns] = Math.max(scales[i % columns], Math.abs(data[i]) / 127);
  const values = Int8Array.from(data, (value, i) =>
    scales[i % columns] > 0 ? Math.round(value / scales[i % columns]) : 0,
  );
  return [new Tensor("int8", [rows, columns], values), new Tensor("float32", [columns], scales)];
}

function restored(values: Tensor, scales: Tensor): Tensor {
  const columns = values.shape[1];
  const numbers = values.numbers();
  return Tensor.of(
    numbers.map((value, i) => value * Number(scales.data[i % columns])),
    values.shape,
  );
}

/** Sizes above this are nobody's captioner. */
const largestSize = 1 << 16;

function parseSizes(json: string | undefined): Sizes | undefined {
  try {
    const sizes: Record<string, unknown> = JSON.parse(json ?? "");
    const names = ["features", "hidden", "embedding", "languageLayers", "languageHidden", "languageEmbedding"];
    const isSize = (value: unknown) =>
      Number.isInteger(value) && (value as number) > 0 && (value as number) <= largestSize;
    const whole =
      names.every((name) => isSize(sizes[name])) && (sizes.projection === undefined || isSize(sizes.projection));
    return whole ? (sizes as unknown as Sizes) : undefined;
  } catch {
    return undefined;
  }
}
