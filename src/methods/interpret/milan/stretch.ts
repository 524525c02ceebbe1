/** @file Pictures and masks at another height and width, each axis by itself, so that nothing is cropped and both stay on top of each other. */

import { type Picture, resamplingTaps } from "../../../data/index.ts";

/** Bytes of `channels` numbers a pixel at another size; linear, over all covered pixels where it shrinks. */
function stretched(
  data: Uint8Array,
  channels: number,
  from: readonly [height: number, width: number],
  to: readonly [height: number, width: number],
): Uint8Array {
  const rows = resamplingTaps(from[0], to[0], from[0] / to[0]);
  const columns = resamplingTaps(from[1], to[1], from[1] / to[1]);
  // First along rows: as many as before, of the new length.
  const across = new Float32Array(from[0] * to[1] * channels);
  for (let y = 0, at = 0; y < from[0]; y++)
    for (let x = 0; x < to[1]; x++)
      for (let c = 0; c < channels; c++, at++)
        for (const [column, weight] of columns[x]) across[at] += weight * data[(y * from[1] + column) * channels + c];
  const result = new Uint8Array(to[0] * to[1] * channels);
  const width = to[1] * channels;
  for (let y = 0; y < to[0]; y++) {
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (const [row, weight] of rows[y]) sum += weight * across[row * width + i];
      result[y * width + i] = Math.round(sum);
    }
  }
  return result;
}

export function stretchPicture(picture: Picture, height: number, width: number): Picture {
  if (picture.height === height && picture.width === width) return picture;
  const data = stretched(picture.data, 3, [picture.height, picture.width], [height, width]);
  return { width, height, data };
}

/** A mask of 0 and 1 becomes one of 0 to 255: how much of each pixel is lit. */
export function stretchMask(
  mask: Uint8Array,
  from: readonly [height: number, width: number],
  to: readonly [height: number, width: number],
): Uint8Array {
  if (from[0] === to[0] && from[1] === to[1]) return mask;
  return stretched(
    mask.map((value) => (value === 0 ? 0 : 255)),
    1,
    from,
    to,
  );
}
