/**
 * @file The two steps that find exemplars, whatever the model is shown: pictures, or what a generator makes pictures of.
 *
 * Two statistics: the maximum over a sample's positions ranks samples; the quantile of all activations, over all samples and positions, is the
 * level above which a position counts as on. The mask is the map, brought to the picture's pixels, strictly above the level.
 */

import type { PictureSet } from "../../../data/index.ts";
import {
  type Activity,
  findLayer,
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

/** A unit's strongest samples, and the level above which it is on. */
export type RankedUnit = Omit<StoredUnit, "regions">;

/** What the second step needs to know, as plain data: it can be kept, and taken up much later. */
export interface Ranking {
  /** Samples that were read. */
  readonly samples: number;
  /** By layer and unit. */
  readonly layers: ReadonlyMap<string, ReadonlyMap<number, RankedUnit>>;
}

export type RankingOptions = Pick<ExemplarOptions, "k" | "quantile" | "units">;

/** Where exemplars are looked for. */
export interface ExemplarSearch {
  readonly model: Model;
  readonly samples: SampleSet;
  /** What `rankSamples` made of these samples. */
  readonly ranking: Ranking;
  /** A picture for each sample. */
  readonly pictures: PictureSet;
  /** Of the masks, in pixels. */
  readonly height: number;
  readonly width: number;
  /** Where the cells of a layer lie in the picture. */
  gridOf(layer: Layer): Grid;
}

const enoughPictures = 100;

/** The first step: every unit's `k` strongest samples and its level. */
export function rankSamples(
  { samples, layers }: Activity,
  { k = 15, quantile = 0.99, units = () => true }: RankingOptions = {},
): Ranking {
  const rank = ({ layer, sketch, top }: LayerActivity) => {
    const ranked = new Map<number, RankedUnit>();
    for (let unit = 0; unit < layer.units; unit++) {
      if (!units(layer, unit)) continue;
      const entries = top.entries(unit).slice(0, k);
      ranked.set(unit, {
        images: Int32Array.from(entries, ({ sample }) => sample),
        values: Float32Array.from(entries, ({ value }) => value),
        level: sketch.quantile(unit, quantile),
        maximum: sketch.maximum(unit),
      });
    }
    return [layer.name, ranked] as const;
  };
  return { samples, layers: new Map(layers.map(rank)) };
}

/** The second step: where each unit is on in its strongest samples. */
export async function findExemplars(
  search: ExemplarSearch,
  { k = 15, signal, onProgress }: Pick<ExemplarOptions, "k" | "signal" | "onProgress"> = {},
): Promise<ExemplarStore> {
  const { model, ranking, pictures, height, width } = search;
  const known = model.layers();
  const work = [...ranking.layers].map(([name, units]) => prepare(findLayer(known, name), units, search));
  await light(search, work, signal, (done, total) => onProgress?.("finding regions", done, total));
  const stored = work.map(({ layer, units, regions }) => {
    const finished = [...units].map(([unit, ranked]): [number, StoredUnit] => {
      const lit = regions.get(unit);
      return [unit, { ...ranked, regions: [...ranked.images].map((image) => lit?.get(image) ?? new Uint32Array()) }];
    });
    return [layer.name, new Map(finished)] as const;
  });
  const { samples: read } = ranking;
  const warnings =
    read < enoughPictures ? [`Only ${read} pictures: exemplars of many units will be the same ones.`] : [];
  const layers = work.map(({ layer }) => layer);
  return new ExemplarStore({ layers, pictures, height, width, k, warnings }, new Map(stored));
}

interface LayerWork {
  readonly layer: Layer;
  readonly grid: Grid;
  readonly upsampling: Upsampling;
  readonly units: ReadonlyMap<number, RankedUnit>;
  /** Units that have a picture among their strongest. */
  readonly wanted: ReadonlyMap<number, readonly number[]>;
  /** By unit and picture. */
  readonly regions: Map<number, Map<number, PixelRuns>>;
}

function prepare(
  layer: Layer,
  units: ReadonlyMap<number, RankedUnit>,
  { gridOf, height, width }: ExemplarSearch,
): LayerWork {
  const grid = gridOf(layer);
  const wanted = new Map<number, number[]>();
  const regions = new Map<number, Map<number, PixelRuns>>();
  for (const [unit, { images, maximum }] of units) {
    if (maximum <= 0) continue;
    regions.set(unit, new Map());
    for (const image of images) wanted.set(image, [...(wanted.get(image) ?? []), unit]);
  }
  return { layer, grid, upsampling: new Upsampling(height, width, grid), units, wanted, regions };
}

/** Shows the model the samples that are among any unit's strongest. */
async function light(
  { model, samples }: ExemplarSearch,
  work: readonly LayerWork[],
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number) => void | Promise<void>,
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
      for (const { layer, grid, upsampling, units, wanted, regions } of work) {
        const values = activations[layer.name].data as Float32Array;
        for (const [row, index] of indices.entries()) {
          for (const unit of wanted.get(index) ?? []) {
            const { level } = units.get(unit) as RankedUnit;
            const lit = upsampling.maskAbove(mapOf(values, grid, layer.units, row, unit), level);
            regions.get(unit)?.set(index, runsOf(lit));
          }
        }
      }
      done += batch.length;
      await onProgress(done, needed.length);
    }
  } finally {
    await runner.release();
  }
}
