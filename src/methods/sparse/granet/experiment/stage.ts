/** @file What all parts of the experiment share: options of training that belong to a run, and names of arms. */

import type { Tensor } from "../../../../graph/index.ts";
import { type FitProgress, takeRows } from "../../../../nn/index.ts";
import type { Part, Run } from "../../../run.ts";

/** Options of `fit` that come from the run and its part. */
export function within(run: Run, part: Part, stage: string) {
  return {
    signal: run.signal,
    compile: run.compile,
    checkpoint: part.checkpoint,
    checkpointEvery: 500,
    stepsPerCall: 10,
    onStep: ({ step, steps }: FitProgress) => run.progress(stage, step, steps, "steps"),
  };
}

/** "0.5 %" */
export function percent(density: number): string {
  return `${Number((100 * density).toPrecision(6))} %`;
}

/** Images with their classes, of which the first axis counts examples. */
export interface Examples<T> {
  readonly images: T;
  readonly labels: T;
}

/** The examples from one number up to another. */
export function examplesFrom({ images, labels }: Examples<Tensor>, from: number, to: number): Examples<Tensor> {
  const rows = Array.from({ length: Math.min(to, labels.size) - from }, (_, i) => from + i);
  return { images: takeRows(images, rows), labels: takeRows(labels, rows) };
}
