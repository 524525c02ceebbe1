/**
 * @file The second look: with every unit's level known, the regions that excite it most and the concept that agrees with it best.
 *
 * After network dissection (Bau et al. 2017): a unit is on where its activation map, brought to the picture's pixels, is above the level
 * that a small share of all its activations exceed.
 */

import type { Rng } from "../graph/index.ts";
import { Dissection } from "./dissect.ts";
import { type Grid, gridOf, mapOf } from "./grid.ts";
import { LabelAgreement } from "./label-agreement.ts";
import type { Model } from "./model.ts";
import type { Activity, LayerActivity } from "./record.ts";
import { type Region, regionOf } from "./region.ts";
import { LayerRunner } from "./runner.ts";
import { readBatches, type Sample, type SampleSet } from "./samples.ts";
import { significantUnits } from "./significance.ts";
import { Upsampling } from "./upsample.ts";

export interface ExamineOptions {
  /** The unit is on above this quantile of its activations. Default 0.995. */
  readonly quantile?: number;
  /** Shuffles labels. */
  readonly rng: Rng;
  /** Shuffled labellings per unit; the smallest possible p is 1/(shuffles + 1). Default 400 with masks, 1000 with labels. */
  readonly shuffles?: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/** A sample that excites a unit strongly, and where. */
export interface Exemplar {
  readonly sample: number;
  /** The unit's maximum there. */
  readonly value: number;
  readonly region: Region;
}

/** The concept (or label) whose places agree best with where the unit is on. */
export interface Explanation {
  readonly concept: string;
  readonly iou: number;
  /** Share of shuffled labellings that do as well. */
  readonly p: number;
  /** Among the significant ones of its layer at a false discovery rate of 5 %. */
  readonly significant: boolean;
  readonly runnersUp: readonly { readonly concept: string; readonly iou: number }[];
}

export interface UnitFindings {
  /** Never above zero. */
  readonly dead: boolean;
  readonly level: number;
  /** Strongest first. */
  readonly exemplars: readonly Exemplar[];
  /** Only where the data has labels or concepts, and never for dead units. */
  readonly explanation?: Explanation;
}

export interface LayerFindings {
  readonly units: readonly UnitFindings[];
}

/** What is gathered of one layer. */
interface LayerWork {
  readonly activity: LayerActivity;
  readonly grid: Grid;
  readonly levels: Float32Array;
  readonly regions: Map<number, Region>[];
  /** Units that have the sample among their strongest. */
  readonly wanted: ReadonlyMap<number, readonly { readonly unit: number; readonly position: number }[]>;
  readonly upsampling: Upsampling;
  readonly dissection: Dissection | undefined;
  readonly labels: LabelAgreement | undefined;
  readonly labelNumber: ReadonlyMap<string, number>;
}

/**
 * Shows the model the samples again (all of them when they carry labels or concepts, else those among any unit's strongest).
 * @param activity what `record` found with the same model and samples
 */
export async function examine(
  model: Model,
  samples: SampleSet,
  activity: Activity,
  options: ExamineOptions,
): Promise<LayerFindings[]> {
  const { rng, signal, onProgress } = options;
  const { height, width } = model.input;
  const work = activity.layers.map((layer, i) => prepareLayer(layer, samples, options, rng.split(i), height, width));
  const explained = samples.labels.length > 0 || samples.concepts.length > 0;
  const unread = new Set(activity.skipped.map(({ index }) => index));
  const all = Array.from({ length: samples.length }, (_, i) => i).filter((i) => !unread.has(i));
  const needed = explained ? all : all.filter((i) => work.some(({ wanted }) => wanted.has(i)));
  // In random order, so that masks are exchanged between unlike pictures even where a folder is sorted.
  const indices = Array.from(rng.split("order").permutation(needed.length), (i) => needed[i]);

  const runner = new LayerRunner(
    model,
    activity.layers.map(({ layer }) => layer),
    (value) => value.cast("float32"),
  );
  let done = 0;
  try {
    for await (const { indices: numbers, samples: batch } of readBatches(
      samples,
      indices,
      runner.batch,
      () => undefined,
      signal,
    )) {
      const activations = await runner.run(batch);
      for (const layer of work) {
        const values = activations[layer.activity.layer.name].data as Float32Array;
        for (const [row, index] of numbers.entries()) lookAt(layer, values, row, index, batch[row], height, width);
      }
      done += batch.length;
      onProgress?.(done, indices.length);
    }
  } finally {
    await runner.release();
  }
  return work.map(conclude);
}

/** Each shuffle keeps a table of units × concepts: together at most about 250 MB. */
function affordableShuffles(table: number): number {
  return Math.max(50, Math.min(400, Math.floor(64e6 / table)));
}

function prepareLayer(
  activity: LayerActivity,
  samples: SampleSet,
  { quantile = 0.995, shuffles }: ExamineOptions,
  rng: Rng,
  height: number,
  width: number,
): LayerWork {
  const { layer, sketch, top } = activity;
  const { units } = layer;
  const grid = gridOf(layer, height, width);
  const wanted = new Map<number, { unit: number; position: number }[]>();
  for (let unit = 0; unit < units; unit++) {
    if (sketch.maximum(unit) <= 0) continue;
    for (const { sample, position } of top.entries(unit)) {
      const list = wanted.get(sample) ?? [];
      list.push({ unit, position });
      wanted.set(sample, list);
    }
  }
  const { concepts, labels } = samples;
  return {
    activity,
    grid,
    levels: Float32Array.from({ length: units }, (_, unit) => Math.max(0, sketch.quantile(unit, quantile))),
    regions: Array.from({ length: units }, () => new Map<number, Region>()),
    wanted,
    labelNumber: new Map(labels.map((label, i) => [label, i])),
    upsampling: new Upsampling(height, width, grid),
    dissection:
      concepts.length > 0
        ? new Dissection({
            units,
            concepts,
            pixels: height * width,
            rng,
            shuffles: shuffles ?? affordableShuffles(units * concepts.length),
          })
        : undefined,
    labels:
      concepts.length === 0 && labels.length > 0
        ? new LabelAgreement({
            units,
            labels,
            positions: grid.rows * grid.columns,
            rng,
            ...(shuffles !== undefined && { shuffles }),
          })
        : undefined,
  };
}

function lookAt(
  work: LayerWork,
  values: Float32Array,
  row: number,
  index: number,
  sample: Sample,
  height: number,
  width: number,
): void {
  const { activity, grid, levels, regions, wanted, upsampling, dissection, labels } = work;
  const { units } = activity.layer;
  const map = (unit: number) => mapOf(values, grid, units, row, unit);
  for (const { unit, position } of wanted.get(index) ?? []) {
    regions[unit].set(index, regionOf(map(unit), grid, position, levels[unit], height, width));
  }
  const label = sample.label === undefined ? undefined : work.labelNumber.get(sample.label);
  dissection?.addPicture(sample.concepts ?? new Map(), (unit, lit) =>
    upsampling.litPixels(map(unit), levels[unit], lit),
  );
  if (labels && label !== undefined) labels.addPicture(label, (unit) => countAbove(map(unit), levels[unit]));
}

function countAbove(map: Float32Array, level: number): number {
  let count = 0;
  for (let i = 0; i < map.length; i++) if (map[i] > level) count++;
  return count;
}

function conclude({ activity, levels, regions, dissection, labels }: LayerWork): LayerFindings {
  const { sketch, top, layer } = activity;
  const dissected = dissection?.dissected() ?? labels?.dissected() ?? new Array<undefined>(layer.units).fill(undefined);
  const dead = Array.from({ length: layer.units }, (_, unit) => sketch.maximum(unit) <= 0);
  const significant = significantUnits(dissected.map((found, unit) => (dead[unit] ? 1 : (found?.p ?? 1))));
  return {
    units: dissected.map((found, unit): UnitFindings => {
      const exemplars = dead[unit]
        ? []
        : top.entries(unit).flatMap(({ sample, value }) => {
            const region = regions[unit].get(sample);
            return region === undefined ? [] : [{ sample, value, region }];
          });
      const explanation = found && !dead[unit] ? { ...found, significant: significant[unit] } : undefined;
      return { dead: dead[unit], level: levels[unit], exemplars, ...(explanation && { explanation }) };
    }),
  };
}
