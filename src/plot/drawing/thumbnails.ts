/** @file Small pictures at places of a plot. */

import * as Plot from "@observablehq/plot";
import type { Thumbnail } from "../figure.ts";
import { colourPng, pngUri } from "./png.ts";

const SIZE = 24;

/** @param size pixels of the longer side */
export function thumbnailMark(thumbnails: readonly Thumbnail[], size = SIZE): Plot.Markish {
  return Plot.image(thumbnails, {
    x: thumbnails.map(({ x }) => x),
    y: thumbnails.map(({ y }) => y),
    src: thumbnails.map(uriOf),
    width: size,
    height: size,
    imageRendering: "pixelated",
  });
}

function uriOf({ width, height, values, channels = 1 }: Thumbnail): string {
  const byte = (value: number) => Math.round(Math.min(Math.max(value, 0), 1) * 255);
  const bytes = new Uint8Array(width * height * 3);
  for (let i = 0; i < bytes.length; i++) bytes[i] = byte(values[channels === 3 ? i : Math.floor(i / 3)]);
  return pngUri(colourPng(bytes, width, height));
}
