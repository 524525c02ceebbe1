/**
 * @file The two passes that find exemplars, whatever the model is shown: pictures, or what a generator makes pictures of.
 *
 * Two statistics: the maximum over a sample's positions ranks samples; the quantile of all activations, over all samples and positions, is the
 * level above which a position counts as on. The mask is the map, brought to the picture's pixels, strictly above the level.
 */

import type { PictureSet } from "../../../data/index.ts";
import {
  type Activity,
  type Grid,
  type Layer,
  type LayerActivity,
  LayerRunner,
  type Model,
  mapOf,
  readBatches,
  type SampleSet,
  Upsampling,
} from "../../../probe/index.ts";
import { ExemplarStore, type StoredUnit } from "./exemplar-store.ts";
import type { ExemplarOptions } from "./exemplars.ts";
import { type PixelRuns, runsOf } from "./runs-of-pixels.ts";

/** Where exemplars are looked for. */
export interface ExemplarSearch {
  readonly model: Model;
  readonly samples: SampleSet;
  /** What `record` found of these samples. */
  readonly activity: Activity;
  /** A picture for each sample. */
  readonly pictures: PictureSet;
  /** Of the masks, in pixels. */
  readonly height: number;
  readonly width: number;
  /** Where the cells of a layer lie in the picture. */
  gridOf(layer: Layer): Grid;
}

const enoughPictures = 100;

/** Every unit's `k` strongest samples, its level, and where in them it is on. */
export async function findExemplars(
  search: ExemplarSearch,
  options: Pick<ExemplarOptions, "k" | "quantile" | "units" | "signal" | "onProgress">,
): Promise<ExemplarStore> {
  const { k = 15, quantile = 0.99, units = () => true, signal, onProgress } = options;
  const { activity, pictures, height, width } = search;
  const work = activity.layers.map((layer) => rank(layer, search, k, quantile, units));
  await light(search, work, signal, (done, total) => onProgress?.("finding regions", done, total));
  const stored = work.map(({ layer, units: ranked }) => {
    const finished = [...ranked].map(([unit, { regions, ...rest }]): [number, StoredUnit] => [
      unit,
      { ...rest, regions: [...rest.images].map((image) => regions.get(image) ?? new Uint32Array()) },
    ]);
    return [layer.name, new Map(finished)] as const;
  });
  const { samples: read } = activity;
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
  { gridOf, height, width }: ExemplarSearch,
  k: number,
  quantile: number,
  chosen: (layer: Layer, unit: number) => boolean,
): LayerWork {
  const grid = gridOf(layer);
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

/** The second pass: shows the model the samples that are among any unit's strongest. */
async function light(
  { model, samples }: ExemplarSearch,
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
