/** @file Which object is seen at each pixel as objects are laid over one another. */

import { type Footprint, MAJORITY } from "./footprint.ts";

/** Each object shows at least this share of its pixels. */
export const LEAST_VISIBLE = 0.6;

/** At least this share of an object's pixels covers nothing but background, lest it look like a hole in another. */
const LEAST_CLEAR = 0.25;

/** A picture's pixels and their owners. */
export class Visibility {
  /** Per pixel 0 for the background, k + 1 for object k. [size × size] */
  readonly owner: Uint8Array;
  /** Pixels of each object that are seen. */
  readonly seen: number[] = [];
  private readonly total: number[] = [];
  private readonly size: number;

  constructor(size: number) {
    this.size = size;
    this.owner = new Uint8Array(size * size);
  }

  /** Whether an object may be laid over the others: they stay visible and it does not lie within them. */
  allows(cover: Footprint): boolean {
    const lost = this.covered(cover);
    const pixels = lost.reduce((sum, n) => sum + n, 0);
    if (lost[0] < LEAST_CLEAR * pixels) return false;
    return this.seen.every((seen, k) => seen - lost[k + 1] >= LEAST_VISIBLE * this.total[k]);
  }

  /** Lays an object over the others. */
  add(cover: Footprint): void {
    const lost = this.covered(cover);
    for (let k = 0; k < this.seen.length; k++) this.seen[k] -= lost[k + 1];
    const pixels = lost.reduce((sum, n) => sum + n, 0);
    this.total.push(pixels);
    const name = this.seen.push(pixels);
    for (let row = 0; row < cover.height; row++) {
      const start = (cover.top + row) * this.size + cover.left;
      for (let column = 0; column < cover.width; column++) {
        if (cover.coverage[row * cover.width + column] >= MAJORITY) this.owner[start + column] = name;
      }
    }
  }

  /** How many pixels of each owner, the background first, an object would cover. */
  private covered(cover: Footprint): number[] {
    const pixels = new Array<number>(this.seen.length + 1).fill(0);
    for (let row = 0; row < cover.height; row++) {
      const start = (cover.top + row) * this.size + cover.left;
      for (let column = 0; column < cover.width; column++) {
        if (cover.coverage[row * cover.width + column] >= MAJORITY) pixels[this.owner[start + column]]++;
      }
    }
    return pixels;
  }
}
