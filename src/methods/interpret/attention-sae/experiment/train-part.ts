/** @file Dictionaries as parts of a run: trained once, with a checkpoint, and shown as they go. */

import type { Run } from "../../../run.ts";
import type { Sae } from "../sae.ts";
import { type SaeLog, type TrainOptions, trainOnVectors } from "../train.ts";
import type { VectorBatches } from "../vectors.ts";

export interface Trained {
  readonly sae: Sae;
  readonly log: SaeLog;
}

/** @param data asked for when training is still to be done */
export function trainPart(
  run: Run,
  stage: string,
  data: () => Promise<VectorBatches>,
  heads: number,
  options: TrainOptions,
): Promise<Trained> {
  return run.part(stage, async (part) =>
    trainOnVectors(await data(), {
      ...options,
      heads,
      seed: run.seed,
      checkpoint: part.checkpoint,
      signal: run.signal,
      compile: run.compile,
      onStep: ({ step, steps }) => run.progress(stage, step, steps, "steps"),
    }),
  );
}

/** What is made when it is first asked for. */
export function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
