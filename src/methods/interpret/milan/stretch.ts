/** @file Pictures and masks at another height and width, each axis by itself, so that nothing is cropped and both stay on top of each other. */

import { type Picture, resamplingTaps } from "../../../data/index.ts";

/** Linear resizing of one axis as flat lists: output i sums weight · input over taps first[i] … first[i + 1] − 1. */
interface Axis {
  readonly first: Int32Array;
  readonly input: Int32Array;
  readonly weight: Float32Array;
}

function axisOf(from: number, to: number): Axis {
  const taps = resamplingTaps(from, to, from / to);
  const first = new Int32Array(to + 1);
  for (const [i, list] of taps.entries()) first[i + 1] = first[i] + list.length;
  const flat = taps.flat();
  return {
    first,
    input: Int32Array.from(flat, ([index]) => index),
    weight: Float32Array.from(flat, ([, weight]) => weight),
  };
}

type Size = readonly [height: number, width: number];

/** Bytes of `channels` numbers a pixel at another size; linear, over all covered pixels where it shrinks. */
function stretched(
  data: Uint8Array,
  channels: number,
  from: Size,
  to: Size,
  [rows, columns]: readonly [Axis, Axis],
): Uint8Array {
  const width = to[1] * channels;
  // First along rows: as many as before, of the new length. Masks are dark in most rows.
  const across = new Float32Array(from[0] * width);
  const isDark = new Uint8Array(from[0]);
  for (let y = 0; y < from[0]; y++) {
    const row = data.subarray(y * from[1] * channels, (y + 1) * from[1] * channels);
    isDark[y] = Number(row.every((value) => value === 0));
    if (isDark[y] === 1) continue;
    for (let x = 0; x < to[1]; x++)
      for (let tap = columns.first[x]; tap < columns.first[x + 1]; tap++) {
        const source = columns.input[tap] * channels;
        const weight = columns.weight[tap];
        for (let c = 0; c < channels; c++) across[y * width + x * channels + c] += weight * row[source + c];
      }
  }
  const result = new Uint8Array(to[0] * width);
  const sums = new Float32Array(width);
  for (let y = 0; y < to[0]; y++) {
    sums.fill(0);
    let isLit = false;
    for (let tap = rows.first[y]; tap < rows.first[y + 1]; tap++) {
      const source = rows.input[tap];
      if (isDark[source] === 1) continue;
      isLit = true;
      const weight = rows.weight[tap];
      for (let i = 0; i < width; i++) sums[i] += weight * across[source * width + i];
    }
    if (isLit) for (let i = 0; i < width; i++) result[y * width + i] = Math.round(sums[i]);
  }
  return result;
}

const axesOf = (from: Size, to: Size) => [axisOf(from[0], to[0]), axisOf(from[1], to[1])] as const;

export function stretchPicture(picture: Picture, height: number, width: number): Picture {
  if (picture.height === height && picture.width === width) return picture;
  const [from, to]: Size[] = [
    [picture.height, picture.width],
    [height, width],
  ];
  return { width, height, data: stretched(picture.data, 3, from, to, axesOf(from, to)) };
}

/** For many masks of one size: each, of 0 and 1, becomes one of 0 to 255: how much of each pixel is lit. */
export function maskStretcher(from: Size, to: Size): (mask: Uint8Array) => Uint8Array {
  if (from[0] === to[0] && from[1] === to[1]) return (mask) => mask;
  const axes = axesOf(from, to);
  return (mask) =>
    stretched(
      mask.map((value) => (value === 0 ? 0 : 255)),
      1,
      from,
      to,
      axes,
    );
}

export function stretchMask(mask: Uint8Array, from: Size, to: Size): Uint8Array {
  return maskStretcher(from, to)(mask);
}
