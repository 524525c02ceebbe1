/** @file The region of a picture that excites a unit: where to look, and the activation map there. */

import type { Grid } from "./grid.ts";

export interface Region {
  /** In pixels of the picture. */
  readonly crop: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** The part of the map that covers the crop; none where the layer has no positions. */
  readonly map?: {
    readonly rows: number;
    readonly columns: number;
    /** Pixel of the first cell's centre, and the step to the next. */
    readonly x: number;
    readonly y: number;
    readonly stepX: number;
    readonly stepY: number;
    /** 255 is the map's maximum, 0 is zero activation or less. */
    readonly values: Uint8Array;
    /** The unit's level on that scale. */
    readonly level: number;
  };
}

/** A crop is at least this share of the picture's shorter side: smaller and nobody sees what it is. */
const smallestShare = 0.2;

/**
 * The receptive field around the strongest cell, cut to the picture.
 * @param map the unit's activation map [rows × columns]
 * @param peak index of its strongest cell
 * @param level the activation above which the unit counts as on
 */
export function regionOf(
  map: Float32Array,
  grid: Grid,
  peak: number,
  level: number,
  height: number,
  width: number,
): Region {
  const { rows, columns } = grid;
  const vertical: Axis = { size: grid.fieldHeight, step: grid.stepY, start: grid.y };
  const horizontal: Axis = { size: grid.fieldWidth, step: grid.stepX, start: grid.x };
  const row = Math.floor(peak / columns);
  const column = peak - row * columns;
  const least = Math.ceil(smallestShare * Math.min(height, width));
  const down = span(vertical, row, height, least);
  const across = span(horizontal, column, width, least);
  const crop = { x: across.from, y: down.from, width: across.length, height: down.length };
  if (rows * columns === 1) return { crop };

  const r = cellsOver(vertical, rows, down);
  const c = cellsOver(horizontal, columns, across);
  const top = map[peak];
  const scale = top > 0 ? 255 / top : 0;
  const values = new Uint8Array(r.count * c.count);
  for (let i = 0, at = 0; i < r.count; i++) {
    for (let k = 0; k < c.count; k++)
      values[at++] = Math.max(0, Math.round(map[(r.first + i) * columns + c.first + k] * scale));
  }
  return {
    crop,
    map: {
      rows: r.count,
      columns: c.count,
      x: horizontal.start + c.first * horizontal.step,
      y: vertical.start + r.first * vertical.step,
      stepX: horizontal.step,
      stepY: vertical.step,
      values,
      level: Math.max(0, Math.min(255, level * scale)),
    },
  };
}

interface Axis {
  /** Pixels that a cell sees. */
  readonly size: number;
  readonly step: number;
  /** Centre of the first cell. */
  readonly start: number;
}

/** The receptive field of a cell along one axis, at least so many pixels and inside the picture. */
function span(axis: Axis, cell: number, pixels: number, least: number): { from: number; length: number } {
  const length = Math.min(pixels, Math.max(least, Math.ceil(axis.size)));
  const centre = axis.start + cell * axis.step;
  const from = Math.round(centre - (length - 1) / 2);
  return { from: Math.min(pixels - length, Math.max(0, from)), length };
}

/** The cells whose centres lie in the span, and one more on either side for interpolation. */
function cellsOver(axis: Axis, cells: number, { from, length }: { from: number; length: number }) {
  const first = Math.min(cells - 1, Math.max(0, Math.floor((from - axis.start) / axis.step)));
  const last = Math.max(first, Math.min(cells - 1, Math.ceil((from + length - 1 - axis.start) / axis.step)));
  return { first, count: last - first + 1 };
}
