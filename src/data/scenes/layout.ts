/** @file Where the objects of a scene stand, and which of them is seen at each pixel. */

import { CajalError } from "../../graph/error.ts";
import type { Rng } from "../../graph/rng.ts";
import { type Footprint, footprint } from "./footprint.ts";
import type { SceneRules } from "./options.ts";
import { bounds, gap, movedTo, type Pose, pose } from "./pose.ts";
import { Visibility } from "./visibility.ts";
import type { Attributes, ScaleName, ShapeName } from "./vocabulary.ts";

/** Radius as a share of the picture's side. */
const RADII: Readonly<Record<ScaleName, readonly [least: number, most: number]>> = {
  small: [0.115, 0.135],
  large: [0.18, 0.23],
};

/** Objects are turned at most this far either way, in radians. */
const TURNS: Readonly<Record<ShapeName, number>> = {
  circle: Math.PI,
  square: 0.25,
  triangle: 0.25,
  cross: 0.25,
  ring: Math.PI,
  bar: Math.PI / 2,
};

/** No gap falls between these shares of the side: objects clearly overlap or are clearly apart. */
const UNCLEAR = [-0.025, 0.025] as const;

/** Outlines nearer than this share of the side make two objects neighbours. */
export const NEXT_TO = 0.15;

/** This share of the objects that follow another is laid over an earlier one; the rest stand clear. */
const CROWDING = 0.25;

/** Objects keep this share of the side between themselves and the picture's edge. */
const MARGIN = 0.02;

const PLACES_TRIED = 40;
const LAYOUTS_TRIED = 1000;

export interface Placed {
  readonly attributes: Attributes;
  readonly pose: Pose;
  readonly footprint: Footprint;
  /**
   * Distance to the outline of each earlier object, in pixels; 0 or less where they overlap. Exact up to `NEXT_TO`,
   * beyond that a lower bound.
   */
  readonly gaps: readonly number[];
}

export interface Layout {
  /** From back to front. */
  readonly placed: readonly Placed[];
  readonly visibility: Visibility;
}

/** Draws objects and places until all fit. */
export function layOut(rng: Rng, rules: SceneRules): Layout {
  const count = rng.int(rules.fewest, rules.most + 1);
  for (let tried = 0; tried < LAYOUTS_TRIED; tried++) {
    const layout = tryLayout(rng, rules, count);
    if (layout !== undefined) return layout;
  }
  throw new CajalError("argument", `scenes: found no room for ${count} objects`, {
    advice: "Ask for fewer objects, or allow small ones and more colours.",
  });
}

function tryLayout(rng: Rng, rules: SceneRules, count: number): Layout | undefined {
  const placed: Placed[] = [];
  const visibility = new Visibility(rules.size);
  while (placed.length < count) {
    const next = place(rng, rng.pick(rules.combinations), placed, visibility, rules.size);
    if (next === undefined) return undefined;
    visibility.add(next.footprint);
    placed.push(next);
  }
  return { placed, visibility };
}

/** Tries places for one object: clear of the others or clearly overlapping one of another colour. */
function place(
  rng: Rng,
  attributes: Attributes,
  earlier: readonly Placed[],
  visibility: Visibility,
  size: number,
): Placed | undefined {
  const [least, most] = RADII[attributes.scale];
  const radius = size * (least + (most - least) * rng.random());
  const origin = pose(attributes.shape, radius, TURNS[attributes.shape] * (2 * rng.random() - 1));
  const margin = MARGIN * size;
  const { left, right, top, bottom } = bounds(origin);
  const others = earlier.filter((other) => other.attributes.colour !== attributes.colour);
  const below = others.length > 0 && rng.random() < CROWDING ? rng.pick(others).pose : undefined;
  const near = below === undefined ? size : 1.6 * (below.radius + radius);
  for (let tried = 0; tried < PLACES_TRIED; tried++) {
    const x = within(rng, margin - left, size - margin - right, below?.x, near);
    const y = within(rng, margin - top, size - margin - bottom, below?.y, near);
    const candidate = movedTo(origin, x, y);
    const gaps = clearGaps(candidate, attributes, earlier, below !== undefined, size);
    if (gaps === undefined) continue;
    const cover = footprint(candidate);
    if (below !== undefined && !visibility.allows(cover)) continue;
    return { attributes, pose: candidate, footprint: cover, gaps };
  }
  return undefined;
}

/** The gaps to earlier objects; undefined where one is unclear, or an overlap unwanted or unrecognisable. */
function clearGaps(
  candidate: Pose,
  { colour }: Attributes,
  earlier: readonly Placed[],
  overlaps: boolean,
  size: number,
): number[] | undefined {
  const gaps: number[] = [];
  for (const { attributes, pose } of earlier) {
    const pixels = gap(pose, candidate, NEXT_TO * size);
    if (pixels > UNCLEAR[0] * size && pixels < UNCLEAR[1] * size) return undefined;
    if (pixels <= 0 && (!overlaps || attributes.colour === colour)) return undefined;
    gaps.push(pixels);
  }
  return overlaps === gaps.some((pixels) => pixels <= 0) ? gaps : undefined;
}

/** A number in [low, high), within `reach` of `around`. */
function within(rng: Rng, low: number, high: number, around = (low + high) / 2, reach: number): number {
  const from = Math.max(low, around - reach);
  const to = Math.min(high, around + reach);
  return from + (to - from) * rng.random();
}
