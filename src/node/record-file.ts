/** @file Records a model's activity on pictures to a Parquet file. */

import { type LayerFilter, record } from "../probe/index.ts";
import { ActivityFile } from "./activity-file.ts";
import { type PrepareOptions, prepare } from "./prepare.ts";

export interface RecordFileOptions extends PrepareOptions {
  readonly output: string;
  readonly layers?: LayerFilter;
  readonly signal: AbortSignal;
}

/** @throws CajalError; the file is written whole or not at all */
export async function recordToFile(options: RecordFileOptions) {
  const { model, samples } = await prepare(options);
  const file = await ActivityFile.create(options.output, model.input);
  try {
    const activity = await record(model, samples, {
      ...(options.layers && { layers: options.layers }),
      top: 1,
      signal: options.signal,
      onProgress: (done, total) => options.progress.update("recording", done, total, "pictures"),
      onBatch: (indices, layers) => file.add(indices, layers),
    });
    const layers = activity.layers.map(({ layer }) => layer);
    await file.finish(layers, samples.nameOf, samples.length);
    return {
      output: options.output,
      pictures: activity.samples,
      skipped: activity.skipped,
      layers: layers.map(({ name }) => name),
      units: layers.reduce((sum, { units }) => sum + units, 0),
    };
  } catch (error) {
    await file.discard();
    throw error;
  }
}
