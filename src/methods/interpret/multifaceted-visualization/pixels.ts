/** @file Images as pixels of 0…255, [channels, height, width] in red, green, blue (or grey), and how a model is given them. */

import {
  type PictureSet,
  type Preprocess,
  type PreprocessName,
  preprocesses,
  preprocessNamed,
  toTensor,
} from "../../../data/index.ts";
import { CajalError, sizeOf, Tensor, type Value } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";

/** A picture of the set as the model's input has place for it. */
export async function pixelsOf(model: Model, pictures: PictureSet, index: number): Promise<Tensor> {
  const { channels, height, width } = model.input;
  const { picture } = await pictures.get(index, height, width);
  return toTensor(picture, channels, preprocesses.bytes);
}

/** Pixels [batch, C, H, W] → what the model takes. Part of the graph, so that images are clipped and smoothed as pixels. */
export function prepared(pixels: Value, { channels, scale, mean, deviation }: Preprocess): Value {
  const count = pixels.shape[1];
  const perChannel = (values: readonly number[]) => Tensor.of(values.slice(0, count), [count, 1, 1]);
  const swapped = channels === "bgr" && count === 3 ? pixels.slice([-1], [-4], [1], [-1]) : pixels;
  return swapped.mul(scale).sub(perChannel(mean)).div(perChannel(deviation));
}

/** How this model wants its pixels: as given, or as its file says. */
export function statedPreprocess(model: Model, given: Preprocess | PreprocessName | undefined): Preprocess | undefined {
  const stated = given ?? model.imported.metadata["cajal.preprocess"];
  return typeof stated === "string" ? preprocessNamed(stated) : stated;
}

/**
 * The same.
 * @throws CajalError `argument` when neither says it
 */
export async function preprocessFor(
  model: Model,
  pictures: PictureSet,
  given: Preprocess | PreprocessName | undefined,
): Promise<Preprocess> {
  const stated = statedPreprocess(model, given);
  if (stated !== undefined) return stated;
  const { min, max } = rangeOf(pictures.length > 0 ? (await pixelsOf(model, pictures, 0)).numbers() : []);
  throw new CajalError(
    "argument",
    `${model.name} does not say how it wants its pixels; those of the pictures are from ${min} to ${max}`,
    { advice: `Say preprocess: ${Object.keys(preprocesses).join(", ")}, or { channels, scale, mean, deviation }.` },
  );
}

/** @throws CajalError `shape`, `argument` when images are no pixels of 0…255 */
export function checkPixels(images: Tensor, model: Model): void {
  const { channels, height, width } = model.input;
  const shape = [channels, height, width];
  if (images.shape.length !== 4 || images.dtype !== "float32" || sizeOf(images.shape.slice(1)) !== sizeOf(shape))
    throw new CajalError("shape", `images are ${images}; the model takes float32[n, ${shape.join(", ")}]`);
  const { min, max } = rangeOf(images.numbers());
  if (!(min >= 0 && max <= 255 && max > 1))
    throw new CajalError("argument", `pixels are from ${min} to ${max}, not from 0 to 255`, {
      advice: "Give pixels as they are, and what the model makes of them as preprocess.",
    });
}

function rangeOf(values: ArrayLike<number>): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    min = Math.min(min, values[i]);
    max = Math.max(max, values[i]);
  }
  return { min, max };
}

/** Images of one size, stacked: [n, C, H, W]. */
export function stacked(images: readonly Float32Array[], shape: readonly number[]): Tensor {
  const size = sizeOf(shape);
  const data = new Float32Array(images.length * size);
  for (const [i, image] of images.entries()) data.set(image, i * size);
  return new Tensor("float32", [images.length, ...shape], data);
}

/** The mean of pictures of a set, [C · H · W]. */
export async function meanImage(model: Model, pictures: PictureSet, indices: readonly number[]): Promise<Float32Array> {
  const all = await Promise.all(indices.map((index) => pixelsOf(model, pictures, index)));
  const mean = new Float32Array(all[0].size);
  for (const image of all) for (let i = 0; i < mean.length; i++) mean[i] += Number(image.data[i]) / all.length;
  return mean;
}
