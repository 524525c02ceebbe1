/**
 * @file The shapes of scene objects, each as a signed distance to its outline.
 *
 * Coordinates (u, v) are those of the object: origin at its centre, v downwards, in units of its radius. The shapes are
 * drawn with about the same visual weight, so that "small" and "large" mean the same for all: a bar reaches beyond 1,
 * a square's sides stay within it.
 */

import type { ShapeName } from "./vocabulary.ts";

export type Point = readonly [number, number];

export interface Form {
  /**
   * Distance to the outline: negative inside, 0 on it, positive outside, where it is exact. Inside it may be nearer to 0
   * than the true one. It changes by at most 1 per unit.
   */
  distance(u: number, v: number): number;
  /** Radius of the smallest circle around the centre that holds the shape. */
  readonly reach: number;
  /** The closed curves of the outline, the outer first, as points at most `STEP` apart, all corners among them. */
  readonly outline: readonly (readonly Point[])[];
}

/** Points of an outline are at most this far apart. */
export const STEP = 0.1;

/** Radius halfway between the two circles of a ring. */
export const RING_MIDDLE = 0.77;

export const FORMS: Readonly<Record<ShapeName, Form>> = {
  circle: disc(1),
  square: rectangle(0.86, 0.86),
  triangle: triangle(1.25),
  cross: plus(1, 0.37),
  ring: annulus(RING_MIDDLE - 0.27, RING_MIDDLE + 0.27),
  bar: rectangle(1.32, 0.4),
};

function disc(radius: number): Form {
  return {
    distance: (u, v) => Math.sqrt(u * u + v * v) - radius,
    reach: radius,
    outline: [circlePoints(radius)],
  };
}

/** The points between two circles around the origin. */
function annulus(inner: number, outer: number): Form {
  const middle = (inner + outer) / 2;
  const halfWidth = (outer - inner) / 2;
  return {
    distance: (u, v) => Math.abs(Math.sqrt(u * u + v * v) - middle) - halfWidth,
    reach: outer,
    outline: [circlePoints(outer), circlePoints(inner)],
  };
}

/** A rectangle around the origin. */
function rectangle(halfLength: number, halfWidth: number): Form {
  return {
    distance(u, v) {
      const beyondLength = Math.abs(u) - halfLength;
      const beyondWidth = Math.abs(v) - halfWidth;
      if (beyondLength <= 0 || beyondWidth <= 0) return Math.max(beyondLength, beyondWidth);
      return Math.sqrt(beyondLength * beyondLength + beyondWidth * beyondWidth); // nearest to a corner
    },
    reach: Math.hypot(halfLength, halfWidth),
    outline: [
      polyline([
        [-halfLength, -halfWidth],
        [halfLength, -halfWidth],
        [halfLength, halfWidth],
        [-halfLength, halfWidth],
      ]),
    ],
  };
}

/** Two crossed rectangles. */
function plus(halfLength: number, halfWidth: number): Form {
  const across = rectangle(halfLength, halfWidth);
  const quarter: Point[] = [
    [halfWidth, -halfLength],
    [halfWidth, -halfWidth],
    [halfLength, -halfWidth],
  ];
  let corners: Point[] = [];
  for (let turn = 0; turn < 4; turn++) corners = [...quarter, ...corners.map(([u, v]): Point => [-v, u])];
  return {
    distance: (u, v) => Math.min(across.distance(u, v), across.distance(v, u)),
    reach: across.reach,
    outline: [polyline(corners)],
  };
}

/** An equilateral triangle around the origin, one corner straight above it. */
function triangle(radius: number): Form {
  const corners = regularCorners(3, radius);
  const [[, apex], [halfBase, base]] = corners;
  return {
    distance(u, v) {
      const right = Math.abs(u);
      // Along the right side, from the apex (0) to the corner below (1).
      const along = clamp01((right * halfBase + (v - apex) * (base - apex)) / (3 * radius * radius));
      const fromSideU = right - along * halfBase;
      const fromSideV = v - apex - along * (base - apex);
      const outsideSide = right * (base - apex) > (v - apex) * halfBase;
      const side = Math.sqrt(fromSideU * fromSideU + fromSideV * fromSideV);
      const below = v - base;
      if (outsideSide) return side;
      return below > 0 ? Math.hypot(Math.max(0, right - halfBase), below) : Math.max(-side, below);
    },
    reach: radius,
    outline: [polyline(corners)],
  };
}

/** A closed polygon with points between its corners. */
function polyline(corners: readonly Point[]): Point[] {
  return corners.flatMap(([u, v], i) => {
    const [nextU, nextV] = corners[(i + 1) % corners.length];
    const pieces = Math.ceil(Math.hypot(nextU - u, nextV - v) / STEP);
    return Array.from(
      { length: pieces },
      (_, k): Point => [u + ((nextU - u) * k) / pieces, v + ((nextV - v) * k) / pieces],
    );
  });
}

function circlePoints(radius: number): Point[] {
  return regularCorners(4 * Math.ceil((radius * Math.PI) / (2 * STEP)), radius);
}

/** Corners of a regular polygon, the first straight above the centre. */
function regularCorners(count: number, radius: number): Point[] {
  return Array.from({ length: count }, (_, i) => {
    const turn = (2 * Math.PI * i) / count;
    return [radius * Math.sin(turn), -radius * Math.cos(turn)];
  });
}

function clamp01(share: number): number {
  return Math.min(1, Math.max(0, share));
}
