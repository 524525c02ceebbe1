/** @file computeExemplars: the pictures that excite each unit most, and where in them it is on. */

import { type PictureSet, type Preprocess, samplesOf } from "../../../data/index.ts";
import { CajalError, collect, formatShape, Tensor, trace, type Value } from "../../../graph/index.ts";
import {
  type Activity,
  gridOf,
  type Layer,
  type LayerActivity,
  type LayerFilter,
  type Model,
  record,
  type SampleSet,
} from "../../../probe/index.ts";
import type { ExemplarStore } from "./exemplar-store.ts";
import { findExemplars, type Ranking, rankSamples } from "./find-exemplars.ts";

export interface ExemplarOptions {
  /** Default: those after activation functions. */
  readonly layers?: LayerFilter;
  /** How pictures become numbers. */
  readonly preprocess: Preprocess;
  /** Pictures kept of each unit. Default 15. */
  readonly k?: number;
  /** A unit is on above this quantile of its activations. Default 0.99. */
  readonly quantile?: number;
  /** Which units; default: all. */
  readonly units?: (layer: Layer, unit: number) => boolean;
  /** What `record` has found already with the same model, pictures and layers. */
  readonly activity?: Activity;
  readonly signal?: AbortSignal;
  onProgress?(stage: "ranking pictures" | "finding regions", done: number, total: number): void | Promise<void>;
}

const fewestPictures = 15;

/**
 * Shows the model all pictures, finds every unit's `k` strongest and its level, and then, in a second look at those, where it is on.
 * @throws CajalError `no-data` with fewer than 15 pictures; `shape` for a tensor that has no units; `unknown-layer`; `not-finite`; `argument`
 * when activations are the same whatever the picture
 */
export async function computeExemplars(
  model: Model,
  pictures: PictureSet,
  options: ExemplarOptions,
): Promise<ExemplarStore> {
  const { k = 15, signal, onProgress } = options;
  checkEnough(pictures, pictures.length);
  if (Array.isArray(options.layers)) checkTensors(model, options.layers);
  const samples = samplesOf(pictures, model, options.preprocess);
  const activity =
    options.activity ??
    (await record(model, samples, {
      ...(options.layers && { layers: options.layers }),
      top: k,
      everyPosition: true,
      ...(signal && { signal }),
      onProgress: (done, total) => void onProgress?.("ranking pictures", done, total),
    }));
  await checkAlive(activity, samples, options.preprocess);
  return exemplarsRanked(model, pictures, rankSamples(activity, options), options);
}

/**
 * The exemplars of what was ranked before: the model is shown only pictures that are among a unit's strongest.
 * @throws CajalError `no-data` when fewer than 15 pictures were ranked; `unknown-layer`
 */
export async function exemplarsRanked(
  model: Model,
  pictures: PictureSet,
  ranking: Ranking,
  options: Pick<ExemplarOptions, "preprocess" | "k" | "signal" | "onProgress">,
): Promise<ExemplarStore> {
  checkEnough(pictures, ranking.samples);
  const samples = samplesOf(pictures, model, options.preprocess);
  const { height, width } = model.input;
  const where = { gridOf: (layer: Layer) => gridOf(layer, height, width), height, width };
  return findExemplars({ model, samples, ranking, pictures, ...where }, options);
}

function checkEnough({ name }: PictureSet, count: number): void {
  if (count >= fewestPictures) return;
  throw new CajalError("no-data", `${name}: ${count} pictures are too few to tell what a unit looks for`, {
    advice: `Give ${fewestPictures} or more, best some thousands.`,
  });
}

/** Tensors that exist and have no units are said so, with their shape. */
function checkTensors(model: Model, names: readonly string[]): void {
  const layers = model.layers();
  const known = new Set(layers.map(({ name }) => name));
  const { imported } = model;
  const made = new Set(imported.nodes.flatMap(({ outputs }) => outputs));
  const wrong = names.find((name) => !known.has(name) && made.has(name));
  if (wrong === undefined) return;
  const { port, channels, height, width } = model.input;
  const { result } = trace(
    collect(
      (x: Value) => imported.apply(imported.params, { [port.name]: x }),
      (name) => name === wrong,
    ),
    [Tensor.zeros([1, channels, height, width])],
  );
  const value = result.taps[wrong];
  throw new CajalError(
    "shape",
    `"${wrong}" is ${value ? `${value.dtype}${formatShape(value.shape)}` : "no tensor"}; units are looked for in [N, C, H, W], [N, T, D] and [N, C]`,
    {
      advice: `Tensors with units: ${layers
        .slice(0, 12)
        .map(({ name }) => name)
        .join(", ")}${layers.length > 12 ? ", …" : ""}.`,
    },
  );
}

/** Units that answer nothing at all to any picture say that the pictures come in wrongly. */
async function checkAlive(activity: Activity, samples: SampleSet, preprocess: Preprocess): Promise<void> {
  const isStill = ({ sketch, layer }: LayerActivity) =>
    Array.from({ length: layer.units }, (_, unit) => unit).every(
      (unit) => sketch.minimum(unit) === sketch.maximum(unit),
    );
  if (!activity.layers.every(isStill)) return;
  const { input } = await samples.get(0);
  const numbers = input.numbers();
  const [low, high] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
  throw new CajalError(
    "argument",
    `the units of ${activity.layers.map(({ layer }) => layer.name).join(", ")} are the same on all ${activity.samples} pictures: ` +
      `the model gets numbers from ${low.toPrecision(3)} to ${high.toPrecision(3)}, ${preprocess.channels.toUpperCase()}, as [N, C, H, W]`,
    {
      advice:
        "Check the preprocessing (scale, mean, RGB or BGR); a model that wants [N, H, W, C] must be exported channels first.",
    },
  );
}
