/** @file Masks at another height and width, each axis by itself, as `stretchPicture` does with pictures: the two stay on top of each other. */

import { resamplingTaps } from "../../../data/index.ts";
import { maskOf, type PixelRuns, runsOf } from "./runs-of-pixels.ts";

type Size = readonly [height: number, width: number];

/**
 * For many masks of one size: each, as runs of lit pixels, becomes one of a byte per pixel, 0 to 255: how much of the pixel is lit. Masks
 * that need no stretching are of 0 and 1.
 */
export function maskStretcher([height, width]: Size, [rows, columns]: Size): (runs: PixelRuns) => Uint8Array {
  if (height === rows && width === columns) return (runs) => maskOf(runs, height * width);
  const sharesOf = shareStretcher([height, width], [rows, columns]);
  return (runs) => {
    const shares = sharesOf(runs);
    const stretched = new Uint8Array(shares.length);
    for (let i = 0; i < stretched.length; i++) stretched[i] = Math.round(255 * shares[i]);
    return stretched;
  };
}

/** For many masks of one size: how much of each pixel of the other size is lit, 0 to 1. Each call overwrites what the last one gave. */
export function shareStretcher([height, width]: Size, [rows, columns]: Size): (runs: PixelRuns) => Float64Array {
  const before = weightsBefore(width, columns);
  const [wide, parts] = [partsOf(width, columns), partsOf(height, rows)];
  const line = new Float64Array(columns);
  const shares = new Float64Array(rows * columns);
  return (runs) => {
    shares.fill(0);
    let run = 0;
    for (let y = Math.floor((runs[0] ?? 0) / width); run < runs.length; y++) {
      const [start, end] = [y * width, (y + 1) * width];
      if (runs[run] >= end) continue;
      line.fill(0);
      // What lies left and right of all that the runs have a part in stays dark.
      let [left, right] = [columns, 0];
      while (run < runs.length && runs[run] < end) {
        const from = Math.max(0, runs[run] - start);
        const to = Math.min(runs[run + 1], end) - start;
        const [first, last] = [wide[from].first, wide[to - 1].last];
        for (let x = first; x <= last; x++) line[x] += before[to * columns + x] - before[from * columns + x];
        left = Math.min(left, first);
        right = Math.max(right, last);
        // The rest of it lies in the next row.
        if (runs[run + 1] > end) break;
        run += 2;
      }
      const { first: top, weights } = parts[y];
      for (let i = 0; i < weights.length; i++)
        for (let x = left; x <= right; x++) shares[(top + i) * columns + x] += weights[i] * line[x];
    }
    return shares;
  };
}

/** One mask. @param mask height × width bytes, above 0 where it is lit */
export function stretchMask(mask: Uint8Array, from: Size, to: Size): Uint8Array {
  return from[0] === to[0] && from[1] === to[1] ? mask : maskStretcher(from, to)(runsOf(mask));
}

/** [from + 1, to]: how much the pixels before one weigh in each pixel of the stretched row; a run's weight is a difference of two. */
function weightsBefore(from: number, to: number): Float64Array {
  const before = new Float64Array((from + 1) * to);
  for (const [x, taps] of resamplingTaps(from, to, from / to).entries())
    for (const [pixel, weight] of taps) before[(pixel + 1) * to + x] += weight;
  for (let i = to; i < before.length; i++) before[i] += before[i - to];
  return before;
}

/** What a pixel of an axis has a part in: stretched pixels next to each other, and how much it weighs in each. */
interface Part {
  readonly first: number;
  readonly last: number;
  readonly weights: readonly number[];
}

function partsOf(from: number, to: number): Part[] {
  const parts = Array.from({ length: from }, () => new Map<number, number>());
  for (const [at, taps] of resamplingTaps(from, to, from / to).entries())
    for (const [pixel, weight] of taps) parts[pixel].set(at, (parts[pixel].get(at) ?? 0) + weight);
  return parts.map((part) => {
    const places = [...part.keys()];
    const [first, last] = [Math.min(...places), Math.max(...places)];
    return { first, last, weights: Array.from({ length: last - first + 1 }, (_, i) => part.get(first + i) ?? 0) };
  });
}
