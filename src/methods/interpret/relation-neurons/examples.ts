/** @file Prompts of a relation, and prompts of the others that it is told from. */

import type { Rng } from "../../../graph/index.ts";

/** Of one relation: rows among all prompts. */
export interface Examples {
  readonly positives: Int32Array;
  readonly negatives: Int32Array;
}

/** Positives are all prompts of a relation, negatives are drawn from those of the others, as many as there are at most. */
export function drawExamples(prompts: readonly (readonly unknown[])[], negRatio: number, rng: Rng): Examples[] {
  const starts = prompts.map((_, r) => prompts.slice(0, r).reduce((sum, { length }) => sum + length, 0));
  const total = prompts.reduce((sum, { length }) => sum + length, 0);
  return prompts.map(({ length }, r) => {
    const others = Int32Array.from({ length: total - length }, (_, i) => (i < starts[r] ? i : i + length));
    const order = rng
      .split(r)
      .permutation(others.length)
      .subarray(0, Math.round(negRatio * length));
    return {
      positives: Int32Array.from({ length }, (_, i) => starts[r] + i),
      negatives: Int32Array.from(order, (i) => others[i]),
    };
  });
}
