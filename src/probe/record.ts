/** @file record: what every unit of the chosen layers does on a set of samples, in one pass and flat memory. */

import { CajalError } from "../graph/index.ts";
import { digest, type SampleDigests, sampleDigests } from "./digest.ts";
import { DigestKernel } from "./digest-kernel.ts";
import { gridOf } from "./grid.ts";
import type { Layer, LayerFilter } from "./layers.ts";
import { selectLayers } from "./layers.ts";
import type { Model } from "./model.ts";
import { LayerRunner } from "./runner.ts";
import { readBatches, type Sample, type SampleSet, type Skipped } from "./samples.ts";
import { Selectivity } from "./selectivity.ts";
import { ActivationSketch } from "./sketch.ts";
import { TopK } from "./top.ts";

/** What one batch of samples did to a layer. */
export interface LayerBatch {
  readonly layer: Layer;
  /** Per sample of the batch and unit: maximum, its position, mean. */
  readonly digests: SampleDigests;
}

export interface RecordOptions {
  /** Default: the layers after activation functions. */
  readonly layers?: LayerFilter;
  /** How many of its strongest samples are kept of each unit. Default 15. */
  readonly top?: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
  /** Sees every sample's figures as they come: for files. */
  onBatch?(indices: readonly number[], layers: readonly LayerBatch[]): void | Promise<void>;
}

/** What a layer's units did on all samples. */
export interface LayerActivity {
  readonly layer: Layer;
  /** Distribution of all activations of each unit, over samples and positions. */
  readonly sketch: ActivationSketch;
  /** The samples that excite each unit most, with the position. */
  readonly top: TopK;
  /** How sparse each unit is over samples, and how it prefers one label. */
  readonly selectivity: Selectivity;
}

export interface Activity {
  /** Samples that were read. */
  readonly samples: number;
  readonly skipped: readonly Skipped[];
  readonly layers: readonly LayerActivity[];
}

/**
 * Shows the model all samples and keeps, of every unit, the distribution of its activations, its strongest samples and its
 * preferences. Memory depends on the number of units, not of samples.
 * @throws CajalError `unknown-layer`, `no-data` (no sample could be read), `not-finite` (activations are NaN or infinite)
 */
export async function record(model: Model, samples: SampleSet, options: RecordOptions = {}): Promise<Activity> {
  const { top = 15, signal, onProgress, onBatch } = options;
  const layers = selectLayers(model.layers(), options.layers);
  const { height, width } = model.input;
  const runner = new LayerRunner(model, layers);
  const kernel = new DigestKernel();
  const recorded = layers.map((layer) => ({
    layer,
    grid: gridOf(layer, height, width),
    sketch: new ActivationSketch(layer.units, kernel),
    top: new TopK(layer.units, top),
    selectivity: new Selectivity(layer.units, samples.labels),
    digests: sampleDigests(runner.batch, layer.units),
  }));
  const labelNumber = new Map(samples.labels.map((label, i) => [label, i]));
  const skipped: Skipped[] = [];
  let read = 0;

  const take = async (
    indices: readonly number[],
    batch: readonly Sample[],
    activity: Readonly<Record<string, { data: unknown }>>,
  ) => {
    for (const { layer, grid, sketch, top: strongest, selectivity, digests } of recorded) {
      const { rows, columns, skip, order } = grid;
      const cells = rows * columns + skip;
      const values = (activity[layer.name].data as Float32Array).subarray(0, batch.length * cells * layer.units);
      digest(sketch, values, { order, samples: batch.length, cells, skip }, digests);
      for (const [i, index] of indices.entries()) {
        const label = labelNumber.get(batch[i].label ?? "");
        for (let unit = 0, at = i * layer.units; unit < layer.units; unit++, at++) {
          strongest.offer(unit, digests.maxima[at], index, digests.argmaxima[at]);
          selectivity.add(unit, digests.maxima[at], label);
        }
      }
    }
    await onBatch?.(indices, recorded);
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
      await take(indices, batch, await runner.activations(batch));
    }
  } finally {
    await runner.release();
  }
  if (read === 0) {
    throw new CajalError("no-data", `none of the ${samples.length} pictures could be read`, {
      advice: skipped[0] && `${skipped[0].name}: ${skipped[0].reason}`,
    });
  }
  for (const { layer, sketch } of recorded) checkFinite(layer, sketch);
  return { samples: read, skipped, layers: recorded };
}

function checkFinite(layer: Layer, sketch: ActivationSketch): void {
  for (let unit = 0; unit < layer.units; unit++) {
    const bad = sketch.nans(unit) + sketch.infinities(unit);
    if (bad > 0) {
      throw new CajalError("not-finite", `${layer.name}:${unit} gave ${bad} activations that are NaN or infinite`, {
        advice:
          "Check that the pictures are preprocessed as the model expects (--preprocess), and the model's weights.",
      });
    }
  }
}
