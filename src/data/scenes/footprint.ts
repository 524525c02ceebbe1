/** @file Which pixels an object covers, and how much of each: 3 × 3 samples per pixel along its outline. */

import { bounds, distanceTo, type Pose } from "./pose.ts";

/** Samples per pixel. */
export const SAMPLES = 9;

/** A pixel belongs to an object when at least this many of its samples do (half of its area or more). */
export const MAJORITY = 5;

/** Sample points lie this far from a pixel's centre in x and y: −SPACING, 0, SPACING. */
const SPACING = 1 / 3;

/** The farthest sample from a pixel's centre, with a margin for rounding. */
const FARTHEST = SPACING * Math.SQRT2 + 1e-6;

/** Coverage of a box of pixels: how many of the samples of each lie inside the object, 0 to 9. */
export interface Footprint {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly coverage: Uint8Array;
}

/** The footprint of an object that lies wholly within the picture. */
export function footprint(at: Pose): Footprint {
  const box = bounds(at);
  const left = Math.floor(box.left);
  const top = Math.floor(box.top);
  const width = Math.ceil(box.right) - left;
  const height = Math.ceil(box.bottom) - top;
  const coverage = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const y = top + row + 0.5;
    for (let column = 0; column < width; ) {
      const x = left + column + 0.5;
      const distance = distanceTo(at, x, y);
      const alike = Math.abs(distance) - FARTHEST;
      if (alike < 0) {
        coverage[row * width + column] = samplesInside(at, x, y);
        column++;
      } else {
        // No outline within `alike` pixels: the next pixels are all inside or all outside like this one.
        const next = Math.min(width, column + 1 + Math.floor(alike));
        if (distance < 0) coverage.fill(SAMPLES, row * width + column, row * width + next);
        column = next;
      }
    }
  }
  return { left, top, width, height, coverage };
}

function samplesInside(at: Pose, x: number, y: number): number {
  let inside = 0;
  for (let down = -1; down <= 1; down++) {
    for (let right = -1; right <= 1; right++) {
      if (distanceTo(at, x + right * SPACING, y + down * SPACING) <= 0) inside++;
    }
  }
  return inside;
}
