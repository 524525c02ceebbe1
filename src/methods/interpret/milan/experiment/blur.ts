/** @file Gaussian blur of a small picture on transparent ground, within its own outline. */

import type { TransparentPicture } from "../../../../data/index.ts";

/** Colours are mixed with those around, weighed by opacity; the outline stays as it is. @param sigma deviation in pixels */
export function blurred(picture: TransparentPicture, sigma: number): TransparentPicture {
  const { width, height, data } = picture;
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  // Colours times opacity, and opacity.
  let planes = Float32Array.from(data, (value, i) => (i % 4 === 3 ? value : (value * data[i - (i % 4) + 3]) / 255));
  for (const horizontal of [true, false]) {
    const next = new Float32Array(planes.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let d = -reach; d <= reach; d++) {
          const [column, row] = horizontal ? [x + d, y] : [x, y + d];
          if (column < 0 || row < 0 || column >= width || row >= height) continue;
          const weight = weights[d + reach];
          for (let c = 0; c < 4; c++) next[4 * (y * width + x) + c] += weight * planes[4 * (row * width + column) + c];
        }
      }
    }
    planes = next;
  }
  const mixed = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const cover = planes[i + 3];
    for (let c = 0; c < 3; c++) mixed[i + c] = cover > 0 ? Math.min(255, Math.round((255 * planes[i + c]) / cover)) : 0;
    mixed[i + 3] = data[i + 3];
  }
  return { width, height, data: mixed };
}
