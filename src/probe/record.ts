/** @file record: what every unit of the chosen layers does on a set of samples, in one pass and flat memory. */

import { CajalError } from "../graph/index.ts";
import { digest } from "./digest.ts";
import { DigestKernel } from "./digest-kernel.ts";
import { type Grid, gridOf } from "./grid.ts";
import type { TextLayer } from "./language/network.ts";
import { type RecordTextsOptions, recordTexts } from "./language/record-texts.ts";
import type { TextInput, TextModel } from "./language/text-model.ts";
import type { Layer, LayerFilter } from "./layers.ts";
import { selectLayers } from "./layers.ts";
import type { Model } from "./model.ts";
import { observe, positionsPerSample } from "./observe.ts";
import { LayerRunner } from "./runner.ts";
import { readBatches, type Sample, type SampleSet, type Skipped } from "./samples.ts";
import { Selectivity } from "./selectivity.ts";
import { ActivationSketch } from "./sketch.ts";
import { TopK } from "./top.ts";

/** What one batch of samples did to a layer, per sample and unit: [samples, units]. */
export interface LayerBatch {
  readonly layer: Layer;
  readonly maxima: Float32Array;
  /** The first cell that has the maximum. */
  readonly argmaxima: Int32Array;
  readonly means: Float32Array;
}

export interface RecordOptions {
  /** Default: the layers after activation functions. */
  readonly layers?: LayerFilter;
  /** How many of its strongest samples are kept of each unit. Default 15. */
  readonly top?: number;
  /** Whether distributions are of all positions, however many there are. Default false: see `LayerActivity.sketch`. */
  readonly everyPosition?: boolean;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
  /** Sees every sample's figures as they come: for files. */
  onBatch?(indices: readonly number[], layers: readonly LayerBatch[]): void | Promise<void>;
}

/** What a layer's units did on all samples. */
export interface LayerActivity<L = Layer> {
  readonly layer: L;
  /**
   * Distribution of each unit's activations over samples and positions: all positions, or, where that gives more than about 100,000
   * activations and `everyPosition` does not ask for more, evenly spaced ones. Its maximum is that of all positions.
   */
  readonly sketch: ActivationSketch;
  /** The samples that excite each unit most, with the position. */
  readonly top: TopK;
  /** How sparse each unit is over samples, and how it prefers one label. */
  readonly selectivity: Selectivity;
}

export interface Activity<L = Layer> {
  /** Samples that were read. */
  readonly samples: number;
  readonly skipped: readonly Skipped[];
  readonly layers: readonly LayerActivity<L>[];
}

/**
 * Shows the model all samples and keeps, of every unit, the distribution of its activations, its strongest samples and its
 * preferences. Memory depends on the number of units, not of samples. A text model is shown texts: positions are tokens, counted from the
 * text's first, and what begins every text (<s>) is left out; a head's activity is the length of its vector.
 * @throws CajalError `unknown-layer`, `no-data` (no sample could be read), `not-finite` (activations are NaN or infinite)
 */
export async function record(model: Model, samples: SampleSet, options?: RecordOptions): Promise<Activity>;
export async function record(
  model: TextModel,
  texts: readonly TextInput[],
  options?: RecordTextsOptions,
): Promise<Activity<TextLayer>>;
export async function record(
  model: Model | TextModel,
  samples: SampleSet | readonly TextInput[],
  options: RecordOptions = {},
): Promise<Activity | Activity<TextLayer>> {
  if (model.reads === "text") return recordTexts(model, samples as readonly TextInput[], options);
  return recordPictures(model, samples as SampleSet, options);
}

async function recordPictures(model: Model, samples: SampleSet, options: RecordOptions): Promise<Activity> {
  const { top = 15, everyPosition = false, signal, onProgress, onBatch } = options;
  const layers = selectLayers(model.layers(), options.layers);
  const { height, width } = model.input;
  const grids = new Map(layers.map((layer) => [layer, gridOf(layer, height, width)]));
  const positions = everyPosition ? Number.POSITIVE_INFINITY : positionsPerSample(samples.length);
  const runner = new LayerRunner(model, layers, (value, layer) => observe(value, grids.get(layer) as Grid, positions));
  const kernel = new DigestKernel();
  const recorded = layers.map((layer) => ({
    layer,
    order: (grids.get(layer) as Grid).order,
    sketch: new ActivationSketch(layer.units, kernel),
    top: new TopK(layer.units, top),
    selectivity: new Selectivity(layer.units, samples.labels),
    broken: new Uint32Array(layer.units),
  }));
  const labelNumber = new Map(samples.labels.map((label, i) => [label, i]));
  const skipped: Skipped[] = [];
  let read = 0;

  const take = async (indices: readonly number[], batch: readonly Sample[]) => {
    const observed = await runner.run(batch);
    const labels = batch.map(({ label = "" }) => labelNumber.get(label));
    const seen: LayerBatch[] = [];
    for (const { layer, order, sketch, top: strongest, selectivity, broken } of recorded) {
      const { activations, ...figures } = observed[layer.name];
      const { units } = layer;
      const [maxima, argmaxima, means] = [figures.maxima, figures.argmaxima, figures.means].map(({ data }) => data) as [
        Float32Array,
        Int32Array,
        Float32Array,
      ];
      const cells = activations.size / (runner.batch * units);
      const values = (activations.data as Float32Array).subarray(0, batch.length * cells * units);
      digest(sketch, values, { order, samples: batch.length, cells });
      for (const [i, index] of indices.entries()) {
        for (let unit = 0, at = i * units; unit < units; unit++, at++) {
          if (!Number.isFinite(means[at])) broken[unit]++;
          sketch.widen(unit, maxima[at]);
          strongest.offer(unit, maxima[at], index, argmaxima[at]);
          selectivity.add(unit, maxima[at], labels[i]);
        }
      }
      seen.push({ layer, maxima, argmaxima, means });
    }
    await onBatch?.(indices, seen);
    read += batch.length;
    onProgress?.(read + skipped.length, samples.length);
  };

  try {
    const all = Array.from({ length: samples.length }, (_, i) => i);
    for await (const { indices, samples: batch } of readBatches(
      samples,
      all,
      runner.batch,
      (s) => skipped.push(s),
      signal,
    )) {
      await take(indices, batch);
    }
  } finally {
    await runner.release();
  }
  if (read === 0) {
    throw new CajalError("no-data", `none of the ${samples.length} pictures could be read`, {
      advice: skipped[0] && `${skipped[0].name}: ${skipped[0].reason}`,
    });
  }
  for (const { layer, broken } of recorded) checkFinite(layer, broken, read);
  return { samples: read, skipped, layers: recorded };
}

function checkFinite(layer: Layer, broken: Uint32Array, samples: number): void {
  const unit = broken.findIndex((count) => count > 0);
  if (unit < 0) return;
  throw new CajalError(
    "not-finite",
    `${layer.name}:${unit} gave activations that are NaN or infinite on ${broken[unit]} of ${samples} pictures`,
    {
      advice: "Check that the pictures are preprocessed as the model expects (--preprocess), and the model's weights.",
    },
  );
}
