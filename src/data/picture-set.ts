/** @file Sets of pictures, read one at a time. */

import type { Picture } from "./picture.ts";

/** A picture with what is known about it. */
export interface LabelledPicture {
  /** What a person would call it: its path in the folder, or its number in a generated set. */
  readonly name: string;
  readonly picture: Picture;
  readonly label?: string;
  /** Masks by concept, 1 where the concept is, each height × width of the picture; only concepts that are there. */
  readonly concepts?: ReadonlyMap<string, Uint8Array>;
}

/** Random access to labelled pictures. */
export interface PictureSet {
  readonly name: string;
  readonly length: number;
  /** All labels that occur; empty when pictures have none. */
  readonly labels: readonly string[];
  /** All concepts that have masks; empty when there are none. */
  readonly concepts: readonly string[];
  /** What a picture is called, without reading it. */
  nameOf(index: number): string;
  /**
   * A picture scaled to cover height × width pixels and cropped around its centre.
   * @throws CajalError `bad-image` when it cannot be read
   */
  get(index: number, height: number, width: number): Promise<LabelledPicture>;
}

/** The picture of another size, by the mean of the covered pixels (smaller) or by linear interpolation (larger), cropped around its centre. */
export function resizePicture(picture: Picture, height: number, width: number): Picture {
  if (picture.height === height && picture.width === width) return picture;
  const scale = Math.min(picture.height / height, picture.width / width);
  const rows = resamplingTaps(picture.height, height, scale);
  const columns = resamplingTaps(picture.width, width, scale);
  const data = new Uint8Array(height * width * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sum = [0, 0, 0];
      for (const [row, wy] of rows[y]) {
        for (const [column, wx] of columns[x]) {
          const from = 3 * (row * picture.width + column);
          for (let c = 0; c < 3; c++) sum[c] += wy * wx * picture.data[from + c];
        }
      }
      for (let c = 0; c < 3; c++) data[at++] = Math.round(sum[c]);
    }
  }
  return { width, height, data };
}

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
