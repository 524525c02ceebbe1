/** @file Where the cells of a layer lie in the picture. */

import type { Layer } from "./layers.ts";
import { type CellGrid, tilingGrid } from "./upsample.ts";

/** The positions of a layer, what each sees, and how they lie in memory. */
export interface Grid extends CellGrid {
  /** Pixels that a cell sees. */
  readonly fieldHeight: number;
  readonly fieldWidth: number;
  /** Positions before the grid that belong to no place: 1 for a class token. */
  readonly skip: number;
  /** A sample's activations lie unit by unit, or position by position. */
  readonly order: "planes" | "rows";
}

/**
 * The grid of a layer over a picture of height × width pixels: cells at the centres of their receptive fields. Tokens [T, D] are put
 * back on their square of patches, without a class token where T is one more than a square; a layer without positions is one cell.
 */
export function gridOf(layer: Layer, height: number, width: number): Grid {
  const { shape, receptiveField } = layer;
  const whole = { fieldHeight: height, fieldWidth: width };
  if (shape.length === 3) {
    const [, rows, columns] = shape;
    if (receptiveField === undefined)
      return { ...tilingGrid(rows, columns, height, width), ...whole, skip: 0, order: "planes" };
    const [vertical, horizontal] = receptiveField;
    return {
      rows,
      columns,
      y: vertical.start,
      x: horizontal.start,
      stepY: vertical.step,
      stepX: horizontal.step,
      fieldHeight: vertical.size,
      fieldWidth: horizontal.size,
      skip: 0,
      order: "planes",
    };
  }
  const tokens = shape.length === 2 ? shape[0] : 1;
  const withClass = tokens > 1 && Number.isInteger(Math.sqrt(tokens - 1));
  const side = Math.sqrt(withClass ? tokens - 1 : tokens);
  const [rows, columns] = Number.isInteger(side) ? [side, side] : [1, tokens];
  return { ...tilingGrid(rows, columns, height, width), ...whole, skip: withClass ? 1 : 0, order: "rows" };
}

/** One unit's activation map in one sample, [rows × columns], out of the layer's batched activations. */
export function mapOf(values: Float32Array, grid: Grid, units: number, sample: number, unit: number): Float32Array {
  const cells = grid.rows * grid.columns;
  if (grid.order === "planes") {
    const from = (sample * units + unit) * cells;
    return values.subarray(from, from + cells);
  }
  const first = sample * (cells + grid.skip) + grid.skip;
  return Float32Array.from({ length: cells }, (_, cell) => values[(first + cell) * units + unit]);
}
