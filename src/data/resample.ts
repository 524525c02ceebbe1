/** @file Pictures of another size, each axis by itself. */

import type { Picture } from "./picture.ts";

/**
 * For each output pixel the input pixels under a tent of half-width max(1, scale), with weights that sum to 1: linear interpolation where
 * pictures grow, and no pixel lost where they shrink.
 * @param scale input pixels per output pixel; the output covers the middle of the input
 */
export function resamplingTaps(from: number, to: number, scale: number): [index: number, weight: number][][] {
  const offset = (from - to * scale) / 2;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = offset + (i + 0.5) * scale - 0.5;
    const list: [number, number][] = [];
    for (let k = Math.ceil(centre - reach); k <= Math.floor(centre + reach); k++) {
      const weight = 1 - Math.abs(k - centre) / reach;
      if (weight > 0) list.push([Math.min(from - 1, Math.max(0, k)), weight]);
    }
    const total = list.reduce((sum, [, weight]) => sum + weight, 0);
    return list.map(([k, weight]): [number, number] => [k, weight / total]);
  });
}

/** The picture of another size, by the mean of the covered pixels (smaller) or by linear interpolation (larger), cropped around its centre. */
export function resizePicture(picture: Picture, height: number, width: number): Picture {
  const scale = Math.min(picture.height / height, picture.width / width);
  return resampled(picture, height, width, scale, scale);
}

/** As `resizePicture`, with nothing cropped: each axis is scaled by itself. */
export function stretchPicture(picture: Picture, height: number, width: number): Picture {
  return resampled(picture, height, width, picture.height / height, picture.width / width);
}

function resampled(picture: Picture, height: number, width: number, scaleY: number, scaleX: number): Picture {
  if (picture.height === height && picture.width === width) return picture;
  const rows = resamplingTaps(picture.height, height, scaleY);
  const columns = resamplingTaps(picture.width, width, scaleX);
  const row = 3 * width;
  // First along rows: as many as before, of the new width.
  const across = new Float64Array(picture.height * row);
  for (const [x, taps] of columns.entries())
    for (const [column, weight] of taps)
      for (let y = 0; y < picture.height; y++) {
        const [from, to] = [3 * (y * picture.width + column), y * row + 3 * x];
        for (let c = 0; c < 3; c++) across[to + c] += weight * picture.data[from + c];
      }
  const data = new Uint8Array(height * row);
  const sums = new Float64Array(row);
  for (const [y, taps] of rows.entries()) {
    sums.fill(0);
    for (const [from, weight] of taps) for (let i = 0; i < row; i++) sums[i] += weight * across[from * row + i];
    for (let i = 0; i < row; i++) data[y * row + i] = Math.round(sums[i]);
  }
  return { width, height, data };
}
