/** @file The colours of scene objects: a base and an accent for their textures. */

import type { Rng } from "../../graph/rng.ts";
import type { ColourName } from "./vocabulary.ts";

/** Red, green, blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

export interface Paint {
  readonly base: Rgb;
  /** A darker or lighter kin of the base, for stripes, dots and checks. */
  readonly accent: Rgb;
}

/**
 * Told apart by lightness as well as hue where the names allow it: black < purple < blue < red < green < orange <
 * yellow < white. Accents keep the hue and are far from
 * every background, so that outlines stay whole.
 */
const PAINTS: Readonly<Record<ColourName, Paint>> = {
  red: { base: [214, 30, 38], accent: [110, 6, 18] },
  orange: { base: [250, 134, 16], accent: [255, 206, 140] },
  yellow: { base: [252, 222, 40], accent: [176, 138, 0] },
  green: { base: [20, 160, 72], accent: [4, 78, 36] },
  blue: { base: [40, 100, 230], accent: [6, 28, 108] },
  purple: { base: [120, 34, 158], accent: [206, 146, 236] },
  white: { base: [248, 248, 248], accent: [186, 186, 190] },
  black: { base: [20, 20, 22], accent: [86, 86, 90] },
};

/** Objects of one colour vary by this much either way, all channels together. */
const LIGHTNESS_JITTER = 7;

/** And each channel by itself by this much: white must not turn pink. */
const HUE_JITTER = 3;

/** A colour's paint, a little different each time. */
export function mixPaint(rng: Rng, colour: ColourName): Paint {
  const light = jitter(rng, LIGHTNESS_JITTER);
  const shift: Rgb = [
    light + jitter(rng, HUE_JITTER),
    light + jitter(rng, HUE_JITTER),
    light + jitter(rng, HUE_JITTER),
  ];
  const { base, accent } = PAINTS[colour];
  return { base: shifted(base, shift), accent: shifted(accent, shift) };
}

function jitter(rng: Rng, strength: number): number {
  return strength * (2 * rng.random() - 1);
}

function shifted(colour: Rgb, shift: Rgb): Rgb {
  return [channel(colour[0] + shift[0]), channel(colour[1] + shift[1]), channel(colour[2] + shift[2])];
}

function channel(value: number): number {
  return Math.min(255, Math.max(0, value));
}
