/** @file Cells of numbers as a picture. */

import type { Space } from "./drawing.ts";
import { indexedPng, pngUri } from "./png.ts";
import { css, type Ramp, type Rgba } from "./ramp.ts";

/** More cells than this become one bitmap: rectangles would make a large file. */
export const MOST_RECTANGLES = 500;
const LEVELS = 255;
const NOTHING: Rgba = [0, 0, 0, 0];

export interface Cells {
  /** [rows][columns] */
  readonly values: readonly (readonly (number | null)[])[];
  readonly ramp: Ramp;
  readonly domain: readonly [number, number];
}

/** Where a value lies in a domain, from 0 to 1. */
export function shareOf(value: number, [low, high]: readonly [number, number]): number {
  return high > low ? Math.min(Math.max((value - low) / (high - low), 0), 1) : 0.5;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cells that fill a rectangle, the first row on top. */
export function drawCells(space: Space, { values, ramp, domain }: Cells, place: Place, asBitmap: boolean): SVGElement {
  const { svg } = space;
  const [rows, columns] = [values.length, values[0].length];
  const { x, y, width, height } = place;
  if (asBitmap) {
    const palette = [...Array.from({ length: LEVELS }, (_, i) => ramp(i / (LEVELS - 1))), NOTHING];
    const indices = new Uint8Array(rows * columns);
    values.forEach((row, i) => {
      row.forEach((value, j) => {
        indices[i * columns + j] = value === null ? LEVELS : Math.round(shareOf(value, domain) * (LEVELS - 1));
      });
    });
    const href = pngUri(indexedPng(indices, columns, rows, palette));
    return svg("image", { x, y, width, height, preserveAspectRatio: "none", href });
  }
  const [wide, high] = [width / columns, height / rows];
  const group = svg("g", { "shape-rendering": "crispEdges" });
  values.forEach((row, i) => {
    row.forEach((value, j) => {
      if (value === null) return;
      const [red, green, blue, opacity] = ramp(shareOf(value, domain));
      if (opacity === 0) return;
      group.appendChild(
        svg("rect", {
          x: x + j * wide,
          y: y + i * high,
          width: wide,
          height: high,
          fill: css([red, green, blue, 1]),
          ...(opacity < 1 ? { "fill-opacity": opacity } : {}),
        }),
      );
    });
  });
  return group;
}
