/** @file Bilinear upsampling of a unit's activation map onto the pixels of a drawing. Also runs inside the report's page. */

import type { ReportMap } from "../neuron-report.ts";

/** A rectangle of the picture, in its pixels. */
export interface PixelWindow {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The map's values [height, width] at the pixels of a drawing that shows `window`, on the map's own scale (0–255).
 *
 * Coordinates are pixel indices: the centre of the picture's first pixel is 0, so a map with x = 0 and step 1 has one
 * cell for each pixel. Beyond the outermost cell centres the nearest one counts (clamped at the border).
 *
 * Keep it free of outside references: the page gets its text.
 */
export function upsampleMap(map: ReportMap, window: PixelWindow, width: number, height: number): Float32Array {
  const field = new Float32Array(width * height);
  if (map.rows === 0 || map.columns === 0) return field;

  const cellAt = (pixel: number, first: number, step: number, cells: number): number =>
    cells === 1 ? 0 : Math.min(Math.max((pixel - first) / step, 0), cells - 1);

  const left = new Int32Array(width);
  const right = new Int32Array(width);
  const towardsRight = new Float32Array(width);
  for (let i = 0; i < width; i++) {
    const column = cellAt(window.x + ((i + 0.5) * window.width) / width - 0.5, map.x, map.stepX, map.columns);
    const cell = Math.floor(column);
    left[i] = cell;
    right[i] = Math.min(cell + 1, map.columns - 1);
    towardsRight[i] = column - cell;
  }

  const blended = new Float32Array(map.columns);
  for (let j = 0; j < height; j++) {
    const row = cellAt(window.y + ((j + 0.5) * window.height) / height - 0.5, map.y, map.stepY, map.rows);
    const cell = Math.floor(row);
    const upper = cell * map.columns;
    const lower = Math.min(cell + 1, map.rows - 1) * map.columns;
    for (let c = 0; c < map.columns; c++) {
      const above = map.values[upper + c] ?? 0;
      blended[c] = above + (row - cell) * ((map.values[lower + c] ?? 0) - above);
    }
    for (let i = 0; i < width; i++) {
      const before = blended[left[i] ?? 0] ?? 0;
      field[j * width + i] = before + (towardsRight[i] ?? 0) * ((blended[right[i] ?? 0] ?? 0) - before);
    }
  }
  return field;
}
