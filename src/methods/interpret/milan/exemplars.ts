/**
 * @file Exemplars: the pictures that excite a unit most, and where in them it is on.
 *
 * Two statistics, two passes: the maximum over a picture's positions ranks pictures; the quantile of all activations, over all pictures and
 * positions, is the level above which a position counts as on. The mask is the map, brought to the picture's pixels, strictly above the level.
 */

import { type PictureSet, type Preprocess, samplesOf } from "../../../data/index.ts";
import { CajalError, collect, formatShape, Tensor, trace, type Value } from "../../../graph/index.ts";
import {
  type Activity,
  type Grid,
  gridOf,
  type Layer,
  type LayerActivity,
  type LayerFilter,
  LayerRunner,
  type Model,
  mapOf,
  readBatches,
  record,
  type SampleSet,
  Upsampling,
} from "../../../probe/index.ts";
import { ExemplarStore, type StoredUnit } from "./exemplar-store.ts";
import { type PixelRuns, runsOf } from "./runs-of-pixels.ts";

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
  onProgress?(stage: "ranking pictures" | "finding regions", done: number, total: number): void;
}

const fewestPictures = 15;
const enoughPictures = 100;

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
  const { k = 15, quantile = 0.99, units = () => true, signal, onProgress } = options;
  if (pictures.length < fewestPictures)
    throw new CajalError(
      "no-data",
      `${pictures.name}: ${pictures.length} pictures are too few to tell what a unit looks for`,
      {
        advice: `Give ${fewestPictures} or more, best some thousands.`,
      },
    );
  if (Array.isArray(options.layers)) checkTensors(model, options.layers);
  const samples = samplesOf(pictures, model, options.preprocess);
  const activity =
    options.activity ??
    (await record(model, samples, {
      ...(options.layers && { layers: options.layers }),
      top: k,
      everyPosition: true,
      ...(signal && { signal }),
      onProgress: (done, total) => onProgress?.("ranking pictures", done, total),
    }));
  await checkAlive(activity, samples, options.preprocess);
  const { height, width } = model.input;
  const work = activity.layers.map((layer) => rank(layer, k, quantile, units, height, width));
  await light(model, samples, work, signal, (done, total) => onProgress?.("finding regions", done, total));
  const stored = work.map(({ layer, units: ranked }) => {
    const finished = [...ranked].map(([unit, { regions, ...rest }]): [number, StoredUnit] => [
      unit,
      { ...rest, regions: [...rest.images].map((image) => regions.get(image) ?? new Uint32Array()) },
    ]);
    return [layer.name, new Map(finished)] as const;
  });
  const read = activity.samples;
  const warnings =
    read < enoughPictures ? [`Only ${read} pictures: exemplars of many units will be the same ones.`] : [];
  const layers = work.map(({ layer }) => layer);
  return new ExemplarStore({ layers, pictures, height, width, k, warnings }, new Map(stored));
}

interface RankedUnit extends Omit<StoredUnit, "regions"> {
  /** By picture; found in the second pass. */
  readonly regions: Map<number, PixelRuns>;
}

interface LayerWork {
  readonly layer: Layer;
  readonly grid: Grid;
  readonly upsampling: Upsampling;
  readonly units: ReadonlyMap<number, RankedUnit>;
  /** Units that have a picture among their strongest. */
  readonly wanted: ReadonlyMap<number, readonly number[]>;
}

function rank(
  { layer, sketch, top }: LayerActivity,
  k: number,
  quantile: number,
  chosen: (layer: Layer, unit: number) => boolean,
  height: number,
  width: number,
): LayerWork {
  const grid = gridOf(layer, height, width);
  const units = new Map<number, RankedUnit>();
  const wanted = new Map<number, number[]>();
  for (let unit = 0; unit < layer.units; unit++) {
    if (!chosen(layer, unit)) continue;
    const entries = top.entries(unit).slice(0, k);
    const maximum = sketch.maximum(unit);
    units.set(unit, {
      images: Int32Array.from(entries, ({ sample }) => sample),
      values: Float32Array.from(entries, ({ value }) => value),
      level: sketch.quantile(unit, quantile),
      maximum,
      regions: new Map(),
    });
    if (maximum <= 0) continue;
    for (const { sample } of entries) wanted.set(sample, [...(wanted.get(sample) ?? []), unit]);
  }
  return { layer, grid, upsampling: new Upsampling(height, width, grid), units, wanted };
}

/** The second pass: shows the model the pictures that are among any unit's strongest. */
async function light(
  model: Model,
  samples: SampleSet,
  work: readonly LayerWork[],
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const needed = [...new Set(work.flatMap(({ wanted }) => [...wanted.keys()]))].sort((a, b) => a - b);
  const runner = new LayerRunner(
    model,
    work.map(({ layer }) => layer),
    (value) => value.cast("float32"),
  );
  let done = 0;
  try {
    for await (const { indices, samples: batch } of readBatches(
      samples,
      needed,
      runner.batch,
      () => undefined,
      signal,
    )) {
      const activations = await runner.run(batch);
      for (const { layer, grid, upsampling, units, wanted } of work) {
        const values = activations[layer.name].data as Float32Array;
        for (const [row, index] of indices.entries()) {
          for (const unit of wanted.get(index) ?? []) {
            const { level, regions } = units.get(unit) as RankedUnit;
            regions.set(index, runsOf(upsampling.maskAbove(mapOf(values, grid, layer.units, row, unit), level)));
          }
        }
      }
      done += batch.length;
      onProgress(done, needed.length);
    }
  } finally {
    await runner.release();
  }
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
