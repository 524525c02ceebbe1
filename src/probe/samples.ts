/** @file Samples: what a model is shown, read one at a time and several ahead. */

import { CajalError, type Tensor } from "../graph/index.ts";

/** One input of the model, without the batch axis, and what is known about it. */
export interface Sample {
  /** [C, H, W], float32. */
  readonly input: Tensor;
  readonly label?: string;
  /** Masks by concept, each H × W, 1 where the concept is. */
  readonly concepts?: ReadonlyMap<string, Uint8Array>;
}

/** What can be read by number. */
export interface Readable<S> {
  nameOf(index: number): string;
  /** @throws CajalError `bad-image` when this one cannot be read: it is skipped, and the others go on */
  get(index: number): Promise<S>;
}

/** Random access to samples. */
export interface SampleSet extends Readable<Sample> {
  readonly length: number;
  readonly labels: readonly string[];
  readonly concepts: readonly string[];
}

/** A sample that could not be read. */
export interface Skipped {
  readonly index: number;
  readonly name: string;
  readonly reason: string;
}

export interface SampleBatch<S = Sample> {
  readonly indices: readonly number[];
  readonly samples: readonly S[];
}

/**
 * Reads the samples of the given indices in batches, the next batch while the last is being worked on.
 * @param skip is told of each sample that cannot be read
 */
export async function* readBatches<S = Sample>(
  set: Readable<S>,
  indices: readonly number[],
  size: number,
  skip: (sample: Skipped) => void,
  signal?: AbortSignal,
): AsyncGenerator<SampleBatch<S>> {
  const read = async (from: number): Promise<SampleBatch<S>> => {
    const chosen = indices.slice(from, from + size);
    const results = await Promise.all(
      chosen.map(async (index) => {
        try {
          return { index, sample: await set.get(index) };
        } catch (error) {
          if (!(error instanceof CajalError) || error.code !== "bad-image") throw error;
          return { index, reason: error.message };
        }
      }),
    );
    for (const result of results) {
      if (result.reason !== undefined)
        skip({ index: result.index, name: set.nameOf(result.index), reason: result.reason });
    }
    const good = results.filter((result) => result.reason === undefined);
    return { indices: good.map(({ index }) => index), samples: good.map(({ sample }) => sample as S) };
  };
  let next = indices.length > 0 ? read(0) : undefined;
  for (let at = 0; next !== undefined; ) {
    signal?.throwIfAborted();
    const batch = await next;
    at += size;
    next = at < indices.length ? read(at) : undefined;
    // Should the reader stop early, the batch read ahead must not fail unheard.
    next?.catch(() => undefined);
    if (batch.samples.length > 0) yield batch;
  }
}
