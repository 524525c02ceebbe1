/** @file Masks as runs of lit pixels: regions are few blobs, so this takes hundreds of times less than a byte per pixel. */

/** First pixel and the pixel behind the last, run after run, in ascending order. */
export type PixelRuns = Uint32Array;

/** @param mask one byte per pixel, not 0 where it is lit */
export function runsOf(mask: Uint8Array): PixelRuns {
  const ends: number[] = [];
  for (let i = 0; i < mask.length; ) {
    while (i < mask.length && mask[i] === 0) i++;
    if (i === mask.length) break;
    ends.push(i);
    while (i < mask.length && mask[i] !== 0) i++;
    ends.push(i);
  }
  return Uint32Array.from(ends);
}

/** One byte per pixel, 1 where it is lit. */
export function maskOf(runs: PixelRuns, pixels: number): Uint8Array {
  const mask = new Uint8Array(pixels);
  for (let i = 0; i < runs.length; i += 2) mask.fill(1, runs[i], runs[i + 1]);
  return mask;
}
