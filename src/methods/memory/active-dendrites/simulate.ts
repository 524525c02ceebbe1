/** @file The same probabilities by drawing patterns at random. */

import type { Rng } from "../../../graph/index.ts";

/** Draws sets of cells of 0 … n−1 without replacement, over and over: the first cells of a shuffle that goes on from the last one. */
function drawing(rng: Rng, n: number): (count: number, each: (cell: number) => void) => void {
  const cells = rng.permutation(n);
  return (count, each) => {
    for (let i = 0; i < count; i++) {
      const j = rng.int(i, n);
      const cell = cells[j];
      cells[j] = cells[i];
      cells[i] = cell;
      each(cell);
    }
  };
}

/**
 * Overlaps of random patterns of a of n cells with segments on the first s cells, for each of some s: how often each overlap was met, `counts[i][overlap]` for the i-th s.
 * @param segments ascending
 */
export function simulateOverlaps(
  rng: Rng,
  { n, a, segments }: { readonly n: number; readonly a: number; readonly segments: readonly number[] },
  trials: number,
): Float64Array[] {
  const draw = drawing(rng, n);
  const counts = segments.map((s) => new Float64Array(s + 1));
  const within = new Int32Array(segments.length);
  for (let trial = 0; trial < trials; trial++) {
    within.fill(0);
    draw(a, (cell) => {
      for (let i = segments.length - 1; i >= 0 && cell < segments[i]; i--) within[i]++;
    });
    for (let i = 0; i < within.length; i++) counts[i][within[i]]++;
  }
  return counts;
}

/**
 * Unions of 1 … M random sets of `members` of n cells, each union against a random pattern of `probe` cells: in how many of the trials they had θ cells or more in common,
 * by number of sets (place m − 1). Trials are independent of each other; the numbers for different m are not.
 */
export function simulateUnions(
  rng: Rng,
  sizes: { readonly n: number; readonly members: number; readonly probe: number; readonly theta: number },
  patterns: number,
  trials: number,
): Float64Array {
  const { n, members, probe, theta } = sizes;
  const draw = drawing(rng, n);
  const hits = new Float64Array(patterns);
  const joined = new Float64Array(n).fill(-1);
  const added = new Int32Array(patterns);
  for (let trial = 0; trial < trials; trial++) {
    // Which set brought a cell into the union, with the trial's number, so that nothing needs to be cleared.
    const start = trial * patterns;
    for (let m = 0; m < patterns; m++)
      draw(members, (cell) => {
        if (joined[cell] < start) joined[cell] = start + m;
      });
    added.fill(0);
    draw(probe, (cell) => {
      if (joined[cell] >= start) added[joined[cell] - start]++;
    });
    for (let m = 0, overlap = 0; m < patterns; m++) {
      overlap += added[m];
      if (overlap >= theta) hits[m]++;
    }
  }
  return hits;
}

/** How many standard errors an observed number of hits lies from what is expected of independent trials of probability p. */
export function standardErrors(hits: number, trials: number, p: number): number {
  return (hits - trials * p) / Math.sqrt(trials * p * (1 - p));
}
