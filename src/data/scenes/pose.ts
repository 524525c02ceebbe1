/** @file A shape put somewhere in the picture: distances, gaps and bounds in pixels. */

import { FORMS, type Form, STEP } from "./shapes.ts";
import type { ShapeName } from "./vocabulary.ts";

/** Pixel (i, j) is the square [i, i + 1] × [j, j + 1]; y points downwards. */
export interface Pose {
  readonly form: Form;
  readonly x: number;
  readonly y: number;
  /** Pixels per unit of the shape. */
  readonly radius: number;
  /** Radians, clockwise as seen. */
  readonly angle: number;
  readonly cos: number;
  readonly sin: number;
  /** Radius of a circle around the whole object, in pixels. */
  readonly reach: number;
}

/** A shape with its centre at the picture's corner (0, 0); `movedTo` puts it in place. */
export function pose(shape: ShapeName, radius: number, angle: number): Pose {
  const form = FORMS[shape];
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return { form, x: 0, y: 0, radius, angle, cos, sin, reach: radius * form.reach };
}

export function movedTo(at: Pose, x: number, y: number): Pose {
  return { ...at, x, y };
}

/** Signed distance of a point of the picture to the outline, in pixels. */
export function distanceTo(at: Pose, x: number, y: number): number {
  const right = (x - at.x) / at.radius;
  const down = (y - at.y) / at.radius;
  return at.radius * at.form.distance(at.cos * right + at.sin * down, at.cos * down - at.sin * right);
}

/**
 * Distance between two outlines in pixels; 0 or less where the objects touch or overlap.
 *
 * @param enough a distance from which on a lower bound of it, at least as large as `enough`, will do
 */
export function gap(a: Pose, b: Pose, enough: number): number {
  const apart = Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2) - a.reach - b.reach;
  if (apart >= enough) return apart;
  const oneWay = nearest(a, b);
  return oneWay <= 0 ? oneWay : Math.min(oneWay, nearest(b, a));
}

/** Shortest distance from a's outline to b's. A step along a's outline changes it by at most its own length. */
function nearest(a: Pose, b: Pose): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (const curve of a.form.outline) {
    for (let i = 0; i < curve.length; ) {
      const [u, v] = curve[i];
      const x = a.x + a.radius * (a.cos * u - a.sin * v);
      const y = a.y + a.radius * (a.sin * u + a.cos * v);
      const distance = distanceTo(b, x, y);
      shortest = Math.min(shortest, distance);
      i += Math.max(1, Math.floor((distance - shortest) / (STEP * a.radius)));
    }
  }
  return shortest;
}

export interface Bounds {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The upright box around an object, in pixels: that of its first, outer curve. */
export function bounds(at: Pose): Bounds {
  let left = 0;
  let right = 0;
  let top = 0;
  let bottom = 0;
  for (const [u, v] of at.form.outline[0]) {
    const x = at.radius * (at.cos * u - at.sin * v);
    const y = at.radius * (at.sin * u + at.cos * v);
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left: at.x + left, right: at.x + right, top: at.y + top, bottom: at.y + bottom };
}
