/** @file Makes of a concept's exact mask what a unit's would be: coarse, noisy, too small, cut off. */

import type { Rng } from "../../../../graph/index.ts";
import { tilingGrid, Upsampling } from "../../../../probe/index.ts";

export interface Degradation {
  /** Cells along a side of the unit's map. Default 4 to 24. */
  readonly cells?: readonly [fewest: number, most: number];
  /** Deviation of the noise on the map, where 1 is a cell that is all concept. Default 0.1. */
  readonly noise?: number;
  /** The level, as a share of the map's maximum. Default 0.3 to 0.75. */
  readonly level?: readonly [least: number, most: number];
  /** How often it is cut to a window, as if the unit saw no more. Default 0.35. */
  readonly cut?: number;
}

/** The share of each cell of a grid that a mask covers, with noise: a simulated activation map [cells × cells]. */
export function simulatedMap(rng: Rng, mask: Uint8Array, size: number, cells: number, noise: number): Float32Array {
  const sums = new Float64Array(cells * cells);
  const counts = new Float64Array(cells * cells);
  for (let i = 0; i < mask.length; i++) {
    const cell = Math.floor((Math.floor(i / size) * cells) / size) * cells + Math.floor(((i % size) * cells) / size);
    sums[cell] += mask[i];
    counts[cell]++;
  }
  return Float32Array.from(sums, (sum, cell) => sum / counts[cell] + noise * rng.gaussian());
}

/** @param mask [size × size], each 0 or 1 */
export function degraded(rng: Rng, mask: Uint8Array, size: number, options: Degradation = {}): Uint8Array {
  const { cells: [fewest, most] = [4, 24], noise = 0.1, level: [least, highest] = [0.3, 0.75], cut = 0.35 } = options;
  const cells = rng.int(fewest, most + 1);
  const map = simulatedMap(rng, mask, size, cells, noise);
  const level = (least + (highest - least) * rng.random()) * map.reduce((a, b) => Math.max(a, b), 0);
  const lit = new Upsampling(size, size, tilingGrid(cells, cells, size, size)).maskAbove(map, level);
  if (rng.random() >= cut) return lit;
  const window = (): [number, number] => {
    const length = size * (0.4 + 0.5 * rng.random());
    const from = (size - length) * rng.random();
    return [from, from + length];
  };
  const [rows, columns] = [window(), window()];
  return lit.map((value, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    return row >= rows[0] && row < rows[1] && column >= columns[0] && column < columns[1] ? value : 0;
  });
}
