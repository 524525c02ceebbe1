/** @file A unit's exemplars as one picture: tiles in which what is not lit is dim, and a rim around what is. */

import { type Picture, stretchPicture } from "../../../data/index.ts";
import type { ExemplarSet } from "./captioner.ts";
import { stretchMask } from "./stretch-mask.ts";

export interface SheetOptions {
  /** Side of a tile in pixels. Default 96. */
  readonly tile?: number;
  /** Tiles in a row. Default 5. */
  readonly columns?: number;
}

const gap = 2;
const ground = 40;
const rim = [255, 220, 0] as const;
/** What is left of the light outside. */
const dimmed = 0.5;
/** A pixel of a resized mask counts as lit when half of it is. */
const majority = 128;

export function sheetOf({ pictures, masks }: ExemplarSet, { tile = 96, columns = 5 }: SheetOptions = {}): Picture {
  const rows = Math.max(1, Math.ceil(pictures.length / columns));
  const width = columns * (tile + gap) - gap;
  const height = rows * (tile + gap) - gap;
  const data = new Uint8Array(3 * width * height).fill(ground);
  for (const [k, picture] of pictures.entries()) {
    const { data: pixels } = litTile(picture, masks[k], tile);
    const [top, left] = [Math.floor(k / columns) * (tile + gap), (k % columns) * (tile + gap)];
    for (let y = 0; y < tile; y++)
      data.set(pixels.subarray(3 * y * tile, 3 * (y + 1) * tile), 3 * ((top + y) * width + left));
  }
  return { width, height, data };
}

/** One exemplar: half the light outside, a yellow rim of one pixel around what is lit. */
export function litTile(picture: Picture, mask: Uint8Array, side: number): Picture {
  const small = stretchPicture(picture, side, side);
  const scaled = stretchMask(mask, [picture.height, picture.width], [side, side]);
  const highest = scaled.reduce((a, b) => Math.max(a, b), 0);
  // A mask that needed no resizing still is of 0 and 1.
  const threshold = highest > 1 ? majority : 1;
  const lit = (y: number, x: number) => y >= 0 && x >= 0 && y < side && x < side && scaled[y * side + x] >= threshold;
  const data = small.data.slice();
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at += 3) {
      if (lit(y, x)) continue;
      const onRim = lit(y - 1, x) || lit(y + 1, x) || lit(y, x - 1) || lit(y, x + 1);
      for (let c = 0; c < 3; c++) data[at + c] = onRim ? rim[c] : Math.round(dimmed * data[at + c]);
    }
  }
  return { width: side, height: side, data };
}
