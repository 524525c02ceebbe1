/** @file Activation maximisation: images that make units fire, by gradient steps of fixed length, each followed by total-variation denoising. */

import type { Preprocess, PreprocessName } from "../../../data/index.ts";
import { CajalError, type CompileOptions, Rng, type Tensor } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import { type Canvas, clearMargin, cropOffset, cropped, enlarged, type ImageShape, middle, paste } from "./canvas.ts";
import { isVector } from "./layer-behind.ts";
import { checkPixels, stacked, statedPreprocess } from "./pixels.ts";
import { meanImageStages, rampAt, type Stage } from "./stages.ts";
import { tvDenoise } from "./tv-denoise.ts";
import { findUnit, type Unit } from "./unit.ts";
import { UnitGradient } from "./unit-gradient.ts";

export interface MaximiseOptions {
  /** How the model wants its pixels. Default: as its file says (`cajal.preprocess`). */
  readonly preprocess?: Preprocess | PreprocessName;
  /** Default: those from a mean image, for the size of the model's input. */
  readonly stages?: readonly Stage[];
  /** Of the crops' offsets. Default 0. */
  readonly seed?: number;
  readonly compile?: CompileOptions;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

export interface Maximised {
  /** The middle of each canvas, of the size of the model's input: [n, C, H, W], pixels of 0…255. */
  readonly images: Tensor;
  /** The whole canvases: [n, C, larger H, larger W]. */
  readonly canvases: Tensor;
  /** φ of the images. */
  readonly activations: Float32Array;
  /** φ of each image before each step, of the crop that the step is made on. */
  readonly trace: readonly Float32Array[];
}

/**
 * Images that make a unit fire more. All images go through the network together, each on its own way: one batch costs little more than one image.
 * @param unit one, or one for each image (of one layer)
 * @param starts [n, C, H, W], pixels of 0…255: where each image starts
 * @throws CajalError `shape`, `argument` (no pixels), `unknown-layer`, `unknown-unit`, `no-derivative` (which operator lets no gradient through)
 */
export async function activationMaximize(
  model: Model,
  unit: Unit | readonly Unit[],
  starts: Tensor,
  options: MaximiseOptions = {},
): Promise<Maximised> {
  checkPixels(starts, model);
  const { channels, height, width } = model.input;
  const shape: ImageShape = [channels, height, width];
  const count = starts.shape[0];
  const units = "tensor" in unit ? new Array<Unit>(count).fill(unit) : unit;
  if (units.length !== count)
    throw new CajalError("argument", `activationMaximize: ${units.length} units for ${count} images`);
  const found = units.map((one) => findUnit(model, one));
  const { stages = meanImageStages(height), seed = 0, signal, onProgress } = options;
  const preprocess = statedPreprocess(model, options.preprocess);
  if (preprocess === undefined)
    throw new CajalError("argument", `${model.name} does not say how it wants its pixels`, {
      advice: "Say preprocess, such as imagenet or caffe.",
    });
  const gradient = new UnitGradient(model, found, preprocess, options.compile);
  // Maps of units have no probabilities of classes.
  const objectiveOf = ({ objective }: Stage) => (isVector(found[0].layer) ? objective : "activation");
  const total = stages.reduce((sum, { iterations }) => sum + iterations, 0);
  const size = channels * height * width;
  const data = starts.data as Float32Array;
  let canvases = Array.from({ length: count }, (_, n): Canvas => {
    return { shape, pixels: data.slice(n * size, (n + 1) * size) };
  });
  const trace: Float32Array[] = [];
  try {
    for (const [s, stage] of stages.entries()) {
      if (stage.scale !== undefined && stage.scale !== 1)
        canvases = canvases.map((canvas) => enlarged(canvas, stage.scale ?? 1));
      for (let i = 0; i < stage.iterations; i++) {
        signal?.throwIfAborted();
        // The same crop for all images of the batch: what differs between facets is then their start alone.
        const offset = cropOffset(canvases[0].shape, shape, stage.spread ?? 0.3, new Rng(seed).split(s).split(i));
        const crops = stacked(
          canvases.map((canvas) => cropped(canvas, shape, offset)),
          shape,
        ).data as Float32Array;
        const { activations, gradients } = await gradient.at(crops, objectiveOf(stage));
        trace.push(activations);
        for (const [n, canvas] of canvases.entries()) {
          const image = crops.subarray(n * size, (n + 1) * size);
          const stepped = stepFrom(image, gradients.subarray(n * size, (n + 1) * size), shape, stage, i);
          paste(canvas, shape, offset, tvDenoise(stepped, shape, rampAt(stage.weight, i, stage.iterations)));
        }
        onProgress?.(trace.length, total);
      }
    }
    const offset = middle(canvases[0].shape, shape);
    const images = stacked(
      canvases.map((canvas) => cropped(canvas, shape, offset)),
      shape,
    );
    const { activations } = await gradient.at(images.data as Float32Array);
    const pixels = canvases.map((canvas) => canvas.pixels);
    return { images, canvases: stacked(pixels, canvases[0].shape), activations, trace };
  } finally {
    await gradient.release();
  }
}

/** x + η·g / mean|g|, within 0…255. Where there is no gradient at all, there is no step. */
export function stepFrom(
  image: Float32Array,
  gradient: Float32Array,
  shape: ImageShape,
  { step, margin = 0, iterations }: Stage,
  i: number,
): Float32Array {
  const g = gradient.slice();
  clearMargin(g, shape, margin);
  let mean = 0;
  for (let p = 0; p < g.length; p++) mean += Math.abs(g[p]) / g.length;
  const scale = mean > 0 ? rampAt(step, i, iterations) / mean : 0;
  return Float32Array.from(image, (pixel, p) => Math.min(255, Math.max(0, pixel + scale * g[p])));
}
