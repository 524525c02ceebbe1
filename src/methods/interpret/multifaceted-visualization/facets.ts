/** @file Facets of a unit: the kinds of input that make it fire, and an image for each. */

import type { PictureSet, Preprocess, PreprocessName } from "../../../data/index.ts";
import { CajalError, type CompileOptions, Rng, type Tensor } from "../../../graph/index.ts";
import type { Model, Skipped } from "../../../probe/index.ts";
import { activationMaximize } from "./activation-maximisation.ts";
import { codeLayerOf } from "./code-layer.ts";
import { type FacetMap, facetMap, mostFacets } from "./facet-map.ts";
import { type ImageSetOptions, unitImages } from "./image-set.ts";
import { meanImage, preprocessFor, stacked } from "./pixels.ts";
import { centreBiasedStages, meanImageStages, type Stage } from "./stages.ts";
import { findUnit, nameOf, type Unit } from "./unit.ts";

export interface FindFacetsOptions extends ImageSetOptions {
  /** How the model wants its pixels. Default: as its file says (`cajal.preprocess`). */
  readonly preprocess?: Preprocess | PreprocessName;
  /** Facets. Default: one for each 30 pictures, at most 10. "auto": as many as the map has by its silhouettes. */
  readonly k?: number | "auto";
  /** The layer whose activations pictures are compared by. Default: what the last layer with weights reads. */
  readonly codeLayer?: string;
  /** Pictures nearest to a facet's middle that its mean image is of. Default 15. */
  readonly seedImages?: number;
  readonly perplexity?: number;
  /** Default 0. */
  readonly seed?: number;
  onProgress?(done: number, total: number): void;
}

/** A facet before an image is made for it. */
export interface FacetSeed {
  /** Pictures in it. */
  readonly size: number;
  /** Numbers of the pictures nearest to its middle, the nearest first. */
  readonly exemplars: readonly number[];
  /** The mean of these: [C · H · W], pixels of 0…255. */
  readonly meanImage: Float32Array;
}

export interface FoundFacets extends Omit<FacetMap, "facets"> {
  /** Numbers of the unit's pictures, in the order of the map. */
  readonly images: readonly number[];
  /** φ of each. */
  readonly activations: readonly number[];
  /** The largest first. */
  readonly seeds: readonly FacetSeed[];
  readonly skipped: readonly Skipped[];
}

/**
 * The kinds of pictures that make a unit fire.
 * @throws CajalError `unknown-layer`, `unknown-unit`; `no-data` when there are too few pictures; `argument` when the unit never fires, or it is not
 * said how the model wants its pixels, or which pictures are of an output's class
 */
export async function findFacets(
  model: Model,
  unit: Unit,
  pictures: PictureSet,
  options: FindFacetsOptions = {},
): Promise<FoundFacets> {
  const { seedImages = 15, perplexity, seed = 0, signal, onProgress } = options;
  const found = findUnit(model, unit);
  const codeLayer = codeLayerOf(model, options.codeLayer);
  const preprocess = await preprocessFor(model, pictures, options.preprocess);
  const shown = await unitImages(model, found, codeLayer, pictures, preprocess, options);
  const k = options.k ?? mostFacets(shown.indices.length);
  checkCount(nameOf(unit), shown.indices.length, k, seedImages);
  const { facets, ...map } = await facetMap(shown.codes, {
    k,
    seed,
    ...(perplexity !== undefined && { perplexity }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const seeds: FacetSeed[] = [];
  for (const { size, fromMiddle } of facets) {
    const exemplars = fromMiddle.slice(0, seedImages).map((place) => shown.indices[place]);
    seeds.push({ size, exemplars, meanImage: await meanImage(model, pictures, exemplars) });
  }
  return { ...map, images: shown.indices, activations: shown.activations, seeds, skipped: shown.skipped };
}

/** Fewer pictures make no map. */
const fewestPictures = 30;

function checkCount(unit: string, found: number, k: number | "auto", seedImages: number): void {
  if (k !== "auto" && !(Number.isInteger(k) && k >= 1))
    throw new CajalError("argument", `k is ${k}; it is a number of facets, or "auto"`);
  const needed = Math.max(fewestPictures, k === "auto" ? 0 : k * seedImages);
  if (found >= needed) return;
  const possible = Math.floor(found / seedImages);
  throw new CajalError(
    "no-data",
    `${found} pictures were found for "${unit}"; ${k === "auto" ? "a map needs" : `${k} facets of ${seedImages} pictures need`} ${needed}`,
    {
      advice:
        found < fewestPictures || possible < 1
          ? "Give more pictures of this kind."
          : `Say k: ${possible} at most, or fewer seedImages, or give more pictures of this kind.`,
    },
  );
}

export interface FacetsOptions extends FindFacetsOptions {
  /** Where images start: from each facet's mean image, or from grey noise (which forgets the facets: one image in as many versions). Default "mean". */
  readonly start?: "mean" | "grey";
  /** "mean": for starts from mean images; "center-bias": strong smoothing first, for one object in the middle; or your own. Default "mean". */
  readonly stages?: "mean" | "center-bias" | readonly Stage[];
  readonly compile?: CompileOptions;
}

/** A kind of input that makes a unit fire, and an image of it. */
export interface Facet extends FacetSeed {
  /** [C · H · W], pixels of 0…255: the synthetic image. */
  readonly image: Float32Array;
  /** φ of it. */
  readonly activation: number;
  /** Of its φ among those of the unit's pictures: 100 where none of them excites the unit more. */
  readonly percentile: number;
}

export interface UnitFacets extends Omit<FoundFacets, "seeds"> {
  readonly facets: readonly Facet[];
  /** The images on their canvases, which may be larger than the model's input: [facets, C, H, W]. */
  readonly canvases: Tensor;
}

/**
 * One synthetic picture for each kind of input that makes a unit fire, with the real pictures of each kind.
 * @example const { facets, nFacets } = await facets(model, { tensor: "logits", channel: 3 }, pictures, { label: "cat", preprocess: "imagenet" });
 * @throws as `findFacets` and `activationMaximize`
 */
export async function facets(
  model: Model,
  unit: Unit,
  pictures: PictureSet,
  options: FacetsOptions = {},
): Promise<UnitFacets> {
  const { seeds, ...found } = await findFacets(model, unit, pictures, options);
  const { channels, height, width } = model.input;
  const { start = "mean", seed = 0, signal, onProgress, compile } = options;
  const starts =
    start === "mean"
      ? stacked(
          seeds.map((facet) => facet.meanImage),
          [channels, height, width],
        )
      : greyNoise(new Rng(seed), [seeds.length, channels, height, width]);
  const { images, canvases, activations } = await activationMaximize(model, unit, starts, {
    preprocess: await preprocessFor(model, pictures, options.preprocess),
    stages: stagesOf(options.stages, height),
    seed,
    ...(compile && { compile }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const size = channels * height * width;
  return {
    ...found,
    canvases,
    facets: seeds.map((facet, n) => ({
      ...facet,
      image: (images.data as Float32Array).slice(n * size, (n + 1) * size),
      activation: activations[n],
      percentile: percentileOf(activations[n], found.activations),
    })),
  };
}

function stagesOf(stages: FacetsOptions["stages"], height: number): readonly Stage[] {
  if (stages === undefined || stages === "mean") return meanImageStages(height);
  return stages === "center-bias" ? centreBiasedStages(height) : stages;
}

/** Grey noise [n, C, H, W] to start from. @param mean grey level; the published one is 175 with deviation 8 */
export function greyNoise(rng: Rng, shape: readonly number[], mean = 175, deviation = 8): Tensor {
  const noise = rng.normal(shape, mean, deviation);
  for (const [i, value] of noise.data.entries()) noise.data[i] = Math.min(255, Math.max(0, Number(value)));
  return noise;
}

/** How many of 100 real activations are not above this one. */
export function percentileOf(activation: number, real: readonly number[]): number {
  return (100 * real.filter((value) => value <= activation).length) / real.length;
}
