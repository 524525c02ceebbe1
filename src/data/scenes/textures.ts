/** @file The textures of scene objects: how much of the accent colour shows at a point. */

import { RING_MIDDLE } from "./shapes.ts";
import type { TextureName } from "./vocabulary.ts";

/** The length after which a texture repeats, in units of the object's radius. */
const PERIODS: Readonly<Record<TextureName, number>> = { plain: 1, striped: 0.66, dotted: 0.6, checkered: 0.86 };

/** Radius of a dot. */
const DOT = 0.17;

/**
 * The share of the accent, 0 to 1, at a point of an object.
 *
 * @param u position in the object's units, across the stripes
 * @param v position in the object's units, along the stripes
 * @param pixel width of a pixel in the same units; edges are smoothed over it
 */
export function accentShare(texture: TextureName, u: number, v: number, pixel: number): number {
  const period = PERIODS[texture];
  switch (texture) {
    case "plain":
      return 0;
    case "striped":
      return smooth(bandDistance(u, period), pixel);
    case "dotted":
      return smooth(DOT - Math.sqrt(fromNearest(u, period) ** 2 + fromNearest(v, period) ** 2), pixel);
    case "checkered": {
      const across = smooth(bandDistance(u - period / 4, period), pixel);
      const down = smooth(bandDistance(v - period / 4, period), pixel);
      return across + down - 2 * across * down;
    }
  }
}

/** The same for a ring: the texture runs around it, as beads on a string, a whole number of times. */
export function accentShareOfRing(texture: TextureName, u: number, v: number, pixel: number): number {
  const period = PERIODS[texture];
  const repeats = Math.round((2 * Math.PI * RING_MIDDLE) / period);
  const turn = Math.atan2(v, u) / (2 * Math.PI);
  return accentShare(texture, turn * repeats * period, Math.sqrt(u * u + v * v) - RING_MIDDLE, pixel);
}

/** Signed offset to the nearest multiple of a period. */
function fromNearest(along: number, period: number): number {
  return along - period * Math.round(along / period);
}

/** Distance to the edge of bands half a period wide around multiples of the period; positive within a band. */
function bandDistance(along: number, period: number): number {
  return period / 4 - Math.abs(fromNearest(along, period));
}

/** 0 outside, 1 inside, a ramp one pixel wide between. */
function smooth(depth: number, pixel: number): number {
  return Math.min(1, Math.max(0, 0.5 + depth / pixel));
}
