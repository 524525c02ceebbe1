/** @file The canvas: an image that may be larger than the model's input, of which a crop is worked on at a time. */

import { type Rng, sizeOf } from "../../../graph/index.ts";

/** [channels, height, width] */
export type ImageShape = readonly [channels: number, height: number, width: number];

export interface Canvas {
  readonly shape: ImageShape;
  readonly pixels: Float32Array;
}

/** Larger, linearly between pixels; corners stay corners. */
export function enlarged({ shape: [channels, height, width], pixels }: Canvas, scale: number): Canvas {
  const [rows, columns] = [Math.round(height * scale), Math.round(width * scale)];
  const out = new Float32Array(channels * rows * columns);
  const place = (i: number, from: number, to: number) => {
    const exact = to > 1 ? (i * (from - 1)) / (to - 1) : 0;
    const low = Math.min(Math.floor(exact), Math.max(0, from - 2));
    return { low, high: Math.min(low + 1, from - 1), share: exact - low };
  };
  for (let c = 0, at = 0; c < channels; c++)
    for (let y = 0; y < rows; y++) {
      const row = place(y, height, rows);
      for (let x = 0; x < columns; x++, at++) {
        const column = place(x, width, columns);
        const line = (r: number) => {
          const start = (c * height + r) * width;
          return pixels[start + column.low] * (1 - column.share) + pixels[start + column.high] * column.share;
        };
        out[at] = line(row.low) * (1 - row.share) + line(row.high) * row.share;
      }
    }
  return { shape: [channels, rows, columns], pixels: out };
}

export interface Offset {
  readonly y: number;
  readonly x: number;
}

/** Where the next crop is: around the middle, normally distributed, within the canvas. @param spread σ as a share of the slack */
export function cropOffset(canvas: ImageShape, crop: ImageShape, spread: number, rng: Rng): Offset {
  const draw = (slack: number) => {
    if (slack === 0) return 0;
    const offset = slack / 2 + spread * slack * rng.gaussian();
    return Math.floor(Math.min(slack, Math.max(0, offset)));
  };
  return { y: draw(canvas[1] - crop[1]), x: draw(canvas[2] - crop[2]) };
}

export function middle(canvas: ImageShape, crop: ImageShape): Offset {
  return { y: Math.floor((canvas[1] - crop[1]) / 2), x: Math.floor((canvas[2] - crop[2]) / 2) };
}

export function cropped({ shape, pixels }: Canvas, crop: ImageShape, offset: Offset): Float32Array {
  const out = new Float32Array(sizeOf(crop));
  eachRow(shape, crop, offset, (from, to, width) => out.set(pixels.subarray(from, from + width), to));
  return out;
}

/** Puts a crop back where it was. Changes the canvas. */
export function paste({ shape, pixels }: Canvas, crop: ImageShape, offset: Offset, image: Float32Array): void {
  eachRow(shape, crop, offset, (to, from, width) => pixels.set(image.subarray(from, from + width), to));
}

function eachRow(
  [, height, width]: ImageShape,
  [channels, rows, columns]: ImageShape,
  { y, x }: Offset,
  row: (inCanvas: number, inCrop: number, length: number) => void,
): void {
  for (let c = 0, inCrop = 0; c < channels; c++)
    for (let r = 0; r < rows; r++, inCrop += columns) row((c * height + y + r) * width + x, inCrop, columns);
}

/** Sets the outer pixels of an image to 0. */
export function clearMargin(image: Float32Array, [channels, height, width]: ImageShape, margin: number): void {
  if (margin === 0) return;
  for (let c = 0, at = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++)
        if (y < margin || y >= height - margin || x < margin || x >= width - margin) image[at] = 0;
}
