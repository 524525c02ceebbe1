/**
 * @file Upsampling: an activation map brought to the pixels of the picture, and the pixels where it is above a level.
 *
 * Pixel coordinates: the centre of the first pixel is 0, of the last width − 1; pixels reach half a unit to both sides.
 */

import { CajalError } from "../graph/error.ts";

/** Where the cells of a map lie: cell (r, c) has its centre at pixel (y + r·stepY, x + c·stepX). Steps are above 0. */
export interface CellGrid {
  readonly rows: number;
  readonly columns: number;
  readonly y: number;
  readonly x: number;
  readonly stepY: number;
  readonly stepX: number;
}

/** The grid whose cells tile the picture: step = picture / map, offset = step/2 − ½ ("align_corners=False"). */
export function tilingGrid(rows: number, columns: number, height: number, width: number): CellGrid {
  const [stepY, stepX] = [height / rows, width / columns];
  return { rows, columns, y: stepY / 2 - 0.5, x: stepX / 2 - 0.5, stepY, stepX };
}

/** One axis: between which cells a pixel lies, and which pixels lie behind a cell. */
interface Axis {
  /** The last cell whose centre is not beyond the pixel, clamped to the map. */
  readonly cell: Int32Array;
  /** How far the pixel is from that cell to the next, 0–1. */
  readonly fraction: Float64Array;
  /** [cells + 1]: the pixels from firstPixel[c] to firstPixel[c + 1] − 1 have cell c. */
  readonly firstPixel: Int32Array;
}

/** Bilinear upsampling of the maps of a layer to pictures of one size. Beyond the outer cells the map goes on flat. */
export class Upsampling {
  readonly grid: CellGrid;
  readonly height: number;
  readonly width: number;
  private readonly vertical: Axis;
  private readonly horizontal: Axis;
  /** For each cell: whether it or its next neighbours to the right, below and across are above the level. */
  private readonly active: Uint8Array;
  private readonly lit: Int32Array;

  constructor(height: number, width: number, grid: CellGrid) {
    const { rows, columns, y, x, stepY, stepX } = grid;
    if (!(stepY > 0 && stepX > 0)) {
      throw new CajalError("argument", `Upsampling: steps of ${stepY} × ${stepX} pixels, expected above 0`);
    }
    this.grid = grid;
    this.height = height;
    this.width = width;
    this.vertical = axisOf(height, rows, y, stepY);
    this.horizontal = axisOf(width, columns, x, stepX);
    this.active = new Uint8Array(rows * columns);
    this.lit = new Int32Array(height * width);
  }

  /** The map at every pixel, [height, width]. `map`: [rows, columns] from index `from` on. */
  upsample(map: Float32Array, from = 0): Float32Array {
    const pixels = new Float32Array(this.height * this.width);
    const { vertical, horizontal, height, width } = this;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const { left, right, leftBelow, rightBelow } = this.corners(map, from, vertical.cell[y], horizontal.cell[x]);
        pixels[y * width + x] = between(
          left,
          right,
          leftBelow,
          rightBelow,
          horizontal.fraction[x],
          vertical.fraction[y],
        );
      }
    }
    return pixels;
  }

  /** 1 where the upsampled map is strictly above the level, [height, width] (network dissection, Bau et al. 2017). */
  maskAbove(map: Float32Array, level: number, from = 0): Uint8Array {
    const mask = new Uint8Array(this.height * this.width);
    const count = this.litPixels(map, level, this.lit, from);
    for (let i = 0; i < count; i++) mask[this.lit[i]] = 1;
    return mask;
  }

  /**
   * Writes the indices (y·width + x) of the pixels strictly above the level into `lit` and gives their number. Looks only
   * at pixels between cells of which one is above the level.
   *
   * @param lit room for height × width indices
   */
  litPixels(map: Float32Array, level: number, lit: Int32Array, from = 0): number {
    const { rows, columns } = this.grid;
    if (!this.activate(map, level, from)) return 0;
    const { active, horizontal, vertical, width } = this;
    let count = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        if (active[row * columns + column] === 0) continue;
        active[row * columns + column] = 0;
        const { left, right, leftBelow, rightBelow } = this.corners(map, from, row, column);
        const [firstX, endX] = [horizontal.firstPixel[column], horizontal.firstPixel[column + 1]];
        for (let y = vertical.firstPixel[row]; y < vertical.firstPixel[row + 1]; y++) {
          const down = vertical.fraction[y];
          for (let x = firstX; x < endX; x++) {
            if (between(left, right, leftBelow, rightBelow, horizontal.fraction[x], down) > level)
              lit[count++] = y * width + x;
          }
        }
      }
    }
    return count;
  }

  /** Marks the cells around which pixels can be above the level; false if there are none. */
  private activate(map: Float32Array, level: number, from: number): boolean {
    const { rows, columns } = this.grid;
    const { active } = this;
    let any = false;
    for (let cell = 0; cell < rows * columns; cell++) {
      if (!(map[from + cell] > level)) continue;
      any = true;
      active[cell] = 1;
      const column = cell % columns;
      if (column > 0) active[cell - 1] = 1;
      if (cell >= columns) active[cell - columns] = 1;
      if (column > 0 && cell >= columns) active[cell - columns - 1] = 1;
    }
    return any;
  }

  /** The cells around the pixels that have this one. */
  private corners(map: Float32Array, from: number, row: number, column: number) {
    const { rows, columns } = this.grid;
    const corner = from + row * columns + column;
    const step = column + 1 < columns ? 1 : 0;
    const below = corner + (row + 1 < rows ? columns : 0);
    return { left: map[corner], right: map[corner + step], leftBelow: map[below], rightBelow: map[below + step] };
  }
}

/** Between four cells, `across` of the way to the right and `down` of the way below. Equal cells give exactly their value. */
function between(
  left: number,
  right: number,
  leftBelow: number,
  rightBelow: number,
  across: number,
  down: number,
): number {
  const upper = left + (right - left) * across;
  const lower = leftBelow + (rightBelow - leftBelow) * across;
  return upper + (lower - upper) * down;
}

function axisOf(pixels: number, cells: number, offset: number, step: number): Axis {
  const cell = new Int32Array(pixels);
  const fraction = new Float64Array(pixels);
  const firstPixel = new Int32Array(cells + 1).fill(pixels);
  for (let pixel = pixels - 1; pixel >= 0; pixel--) {
    const position = Math.min(cells - 1, Math.max(0, (pixel - offset) / step));
    cell[pixel] = Math.floor(position);
    fraction[pixel] = position - cell[pixel];
    firstPixel[cell[pixel]] = pixel;
  }
  // A cell without pixels of its own begins where the next one does.
  for (let i = cells - 1; i >= 0; i--) firstPixel[i] = Math.min(firstPixel[i], firstPixel[i + 1]);
  return { cell, fraction, firstPixel };
}
