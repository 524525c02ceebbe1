/** @file What the scene generator may draw: options of the user, checked and completed. */

import { CajalError } from "../../graph/error.ts";
import {
  type AttributeName,
  type Attributes,
  BACKGROUNDS,
  type BackgroundName,
  COLOURS,
  type ColourName,
  SCALES,
  type ScaleName,
  SHAPES,
  type ShapeName,
  TEXTURES,
  type TextureName,
} from "./vocabulary.ts";

const SMALLEST_SIDE = 32;
const LARGEST_SIDE = 256;
const MOST_OBJECTS = 4;

export interface SceneOptions {
  /** Side of the square picture in pixels, 32 to 256. Default 64. */
  readonly size?: number;
  /** Fewest and most objects in a scene, from 1 to 4. Default [1, 4]. */
  readonly objects?: readonly [fewest: number, most: number];
  readonly shapes?: readonly ShapeName[];
  readonly colours?: readonly ColourName[];
  readonly textures?: readonly TextureName[];
  readonly scales?: readonly ScaleName[];
  readonly backgrounds?: readonly BackgroundName[];
  /**
   * Pairs of attributes that no object may have together, so that they can be held out:
   * `(a, b) => a === "red" && b === "circle"`. Asked in both orders.
   */
  readonly exclude?: (a: AttributeName, b: AttributeName) => boolean;
}

/** Options with nothing left open. */
export interface SceneRules {
  readonly size: number;
  readonly fewest: number;
  readonly most: number;
  /** Every allowed combination of attributes; objects are drawn from it uniformly. Never empty. */
  readonly combinations: readonly Attributes[];
  readonly backgrounds: readonly BackgroundName[];
}

/** Checks options and fills in defaults. Throws `CajalError` "argument". */
export function sceneRules(options: SceneOptions = {}): SceneRules {
  const size = options.size ?? 64;
  if (!Number.isInteger(size) || size < SMALLEST_SIDE || size > LARGEST_SIDE) {
    throw new CajalError("argument", `scenes: size must be a whole number of pixels, got ${size}`, {
      advice: `Choose a size from ${SMALLEST_SIDE} to ${LARGEST_SIDE}.`,
    });
  }
  const [fewest, most] = options.objects ?? [1, MOST_OBJECTS];
  if (!Number.isInteger(fewest) || !Number.isInteger(most) || fewest < 1 || most < fewest || most > MOST_OBJECTS) {
    throw new CajalError("argument", `scenes: objects must be [fewest, most], got [${fewest}, ${most}]`, {
      advice: `Choose two whole numbers with 1 ≤ fewest ≤ most ≤ ${MOST_OBJECTS}.`,
    });
  }
  return {
    size,
    fewest,
    most,
    combinations: allowedCombinations(options),
    backgrounds: chosen("backgrounds", options.backgrounds, BACKGROUNDS),
  };
}

function allowedCombinations(options: SceneOptions): Attributes[] {
  const shapes = chosen("shapes", options.shapes, SHAPES);
  const colours = chosen("colours", options.colours, COLOURS);
  const textures = chosen("textures", options.textures, TEXTURES);
  const scales = chosen("scales", options.scales, SCALES);
  const { exclude } = options;
  const fits = (a: AttributeName, b: AttributeName) => exclude === undefined || !(exclude(a, b) || exclude(b, a));

  const combinations: Attributes[] = [];
  for (const shape of shapes) {
    for (const colour of colours) {
      if (!fits(shape, colour)) continue;
      for (const texture of textures) {
        if (!fits(shape, texture) || !fits(colour, texture)) continue;
        for (const scale of scales) {
          if (!fits(shape, scale) || !fits(colour, scale) || !fits(texture, scale)) continue;
          combinations.push({ shape, colour, texture, scale });
        }
      }
    }
  }
  if (combinations.length === 0) {
    throw new CajalError("argument", "scenes: exclude leaves no combination of shape, colour, texture and scale", {
      advice: "Exclude fewer pairs, or allow more shapes, colours, textures or scales.",
    });
  }
  return combinations;
}

/** The names a user chose of those there are, in the order of the vocabulary and once each; all of them by default. */
function chosen<Name extends string>(
  option: string,
  names: readonly Name[] | undefined,
  known: readonly Name[],
): readonly Name[] {
  if (names === undefined) return known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined || names.length === 0) {
    const problem = unknown === undefined ? "is empty" : `has "${unknown}"`;
    throw new CajalError("argument", `scenes: ${option} ${problem}`, {
      advice: `Choose one or more of ${known.join(", ")}.`,
    });
  }
  return known.filter((name) => names.includes(name));
}
