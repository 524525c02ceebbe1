/** @file Pastes small pictures on transparent ground into scenes, and says which pixels they take. */

import type { Rng } from "../../graph/rng.ts";
import type { TransparentPicture } from "../formats/png.ts";
import type { Picture } from "../picture.ts";
import { resamplingTaps } from "../resample.ts";

/** Opaque pixels belong to what was pasted. */
const majority = 128;

/** The picture with `sticker` over it, its top left corner at (x, y); and a mask of the pixels that it takes, each 0 or 1. */
export function paste(
  picture: Picture,
  sticker: TransparentPicture,
  x: number,
  y: number,
): { picture: Picture; mask: Uint8Array } {
  const { width, height } = picture;
  const data = picture.data.slice();
  const mask = new Uint8Array(width * height);
  for (let row = Math.max(0, -y); row < Math.min(sticker.height, height - y); row++) {
    for (let column = Math.max(0, -x); column < Math.min(sticker.width, width - x); column++) {
      const from = 4 * (row * sticker.width + column);
      const to = (y + row) * width + x + column;
      const cover = sticker.data[from + 3];
      for (let c = 0; c < 3; c++)
        data[3 * to + c] += Math.round((cover / 255) * (sticker.data[from + c] - data[3 * to + c]));
      if (cover >= majority) mask[to] = 1;
    }
  }
  return { picture: { width, height, data }, mask };
}

/** The sticker at another size, colours weighed by opacity. */
export function resizeSticker(sticker: TransparentPicture, width: number, height: number): TransparentPicture {
  const rows = resamplingTaps(sticker.height, height, sticker.height / height);
  const columns = resamplingTaps(sticker.width, width, sticker.width / width);
  const data = new Uint8Array(4 * width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const sum = [0, 0, 0, 0];
      for (const [row, wy] of rows[y]) {
        for (const [column, wx] of columns[x]) {
          const from = 4 * (row * sticker.width + column);
          const cover = wy * wx * sticker.data[from + 3];
          for (let c = 0; c < 3; c++) sum[c] += cover * sticker.data[from + c];
          sum[3] += cover;
        }
      }
      for (let c = 0; c < 3; c++) data[at + c] = sum[3] > 0 ? Math.round(sum[c] / sum[3]) : 0;
      data[at + 3] = Math.round(sum[3]);
    }
  }
  return { width, height, data };
}

const placesTried = 30;

/**
 * A place for a sticker of width × height where it covers at most `most` of the taken pixels (as a share of its own area); undefined when
 * none was found.
 * @param taken [size × size], not 0 where something stands
 */
export function freePlace(
  rng: Rng,
  taken: Uint8Array,
  size: number,
  { width, height }: { readonly width: number; readonly height: number },
  most = 0.05,
): [x: number, y: number] | undefined {
  if (width > size || height > size) return undefined;
  for (let tried = 0; tried < placesTried; tried++) {
    const x = rng.int(0, size - width + 1);
    const y = rng.int(0, size - height + 1);
    let covered = 0;
    for (let row = y; row < y + height; row++)
      for (let at = row * size + x; at < row * size + x + width; at++) if (taken[at] !== 0) covered++;
    if (covered <= most * width * height) return [x, y];
  }
  return undefined;
}
