/** @file A task of nothing but timing: which class it is only the order of spikes tells. */

import { type Rng, Tensor } from "../../../graph/index.ts";

/** Lags of the four lines in each class, steps. No two lines of a class are at the same lag. */
export const lags = [
  [0, 4, 8, 12],
  [12, 8, 4, 0],
  [4, 0, 12, 8],
  [8, 12, 0, 4],
  [0, 8, 4, 12],
  [12, 4, 8, 0],
] as const;

export interface TimingOptions {
  readonly samples: number;
  readonly rng: Rng;
  /** Default 40. */
  readonly steps?: number;
}

/**
 * Each of 4 lines fires once, at t₀ + lag of class and line + jitter (−1, 0 or 1), t₀ from 1 to 24. Counts of spikes are the same for all
 * classes, and lines are never active together, so that without memory of at least 3 steps nothing but chance (1/6) is possible.
 * @returns spikes [samples, T, 4], classes
 */
export function timingTask({ samples, rng, steps = 40 }: TimingOptions): { spikes: Tensor; labels: Int32Array } {
  const labels = Int32Array.from({ length: samples }, (_, i) => i % lags.length);
  const spikes = new Float32Array(samples * steps * 4);
  for (const [i, label] of labels.entries()) {
    const start = rng.int(1, 25);
    for (const [line, lag] of lags[label].entries()) {
      const t = start + lag + rng.int(-1, 2);
      spikes[(i * steps + t) * 4 + line] = 1;
    }
  }
  return { spikes: new Tensor("float32", [samples, steps, 4], spikes), labels };
}
