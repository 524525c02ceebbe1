/** @file Rendered scenes of simple objects with the exact mask of every concept in them. */

import { CajalError } from "../../graph/error.ts";
import type { Rng } from "../../graph/rng.ts";
import type { Picture } from "../picture.ts";
import { paintBackground } from "./backgrounds.ts";
import { conceptMasks } from "./concepts.ts";
import { type Layout, layOut, type Placed } from "./layout.ts";
import { type SceneOptions, type SceneRules, sceneRules } from "./options.ts";
import { paintObject } from "./painter.ts";
import type { Attributes, BackgroundName } from "./vocabulary.ts";

export { sceneConcepts } from "./concepts.ts";
export type { SceneOptions } from "./options.ts";

export interface SceneObject extends Attributes {
  /** x and y in pixels from the picture's top left corner; pixel (i, j) has its middle at (i + ½, j + ½). */
  readonly centre: readonly [x: number, y: number];
  /** Nominal radius in pixels: that of the disc of the same visual weight. */
  readonly radius: number;
  /** Radians, clockwise as seen. */
  readonly angle: number;
  /** How many of its pixels are seen. */
  readonly pixels: number;
}

export interface Scene {
  readonly picture: Picture;
  /** Side of the picture in pixels. */
  readonly size: number;
  readonly background: BackgroundName;
  /** From back to front: later ones cover earlier ones. */
  readonly objects: readonly SceneObject[];
  /** What is seen at each pixel: 0 the background, k + 1 object k. [size × size] */
  readonly owners: Uint8Array;
  /** The concepts that occur, each with its mask: 1 where a pixel belongs to it. [size × size], row by row */
  readonly concepts: ReadonlyMap<string, Uint8Array>;
}

/**
 * One scene, drawn from `rng`: one to four objects, of any shape, colour, texture and scale, on a background.
 *
 * Each object shows at least 60 % of its pixels. A pixel belongs to an object when at least half of it is covered and
 * no later object has it. Objects of one colour never overlap, and objects are either clearly apart or clearly overlap.
 *
 * @throws CajalError "argument" when the options contradict each other or leave no room
 * @example
 * const scene = generateScene(new Rng(7), { size: 96, backgrounds: ["sky", "grass"] });
 * const red = scene.concepts.get("red"); // undefined, or a mask of 96 × 96
 */
export function generateScene(rng: Rng, options?: SceneOptions): Scene {
  return drawScene(rng, sceneRules(options));
}

/**
 * `count` scenes, made one by one as they are asked for. Scene i depends on the seed of `rng` and on i alone: the
 * iterable can be walked again, and a longer one begins with the same scenes.
 *
 * @throws CajalError "argument" as `generateScene` does
 */
export function scenes(rng: Rng, count: number, options?: SceneOptions): Iterable<Scene> {
  if (!(count >= 0)) {
    throw new CajalError("argument", `scenes: count must be 0 or more, got ${count}`, {
      advice: "Give the number of scenes, or Infinity for a stream without end.",
    });
  }
  const rules = sceneRules(options);
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < count; i++) yield drawScene(rng.split(i), rules);
    },
  };
}

function drawScene(rng: Rng, rules: SceneRules): Scene {
  const { size } = rules;
  const layout = layOut(rng, rules);
  const background = rng.pick(rules.backgrounds);
  const data = new Uint8ClampedArray(3 * size * size);
  paintBackground(rng, background, size, data);
  for (const object of layout.placed) paintObject(rng, object, size, data);
  return {
    picture: { width: size, height: size, data: new Uint8Array(data.buffer) },
    size,
    background,
    objects: layout.placed.map((object, k) => objectOf(object, layout, k)),
    owners: layout.visibility.owner,
    concepts: conceptMasks(layout, background, size),
  };
}

function objectOf({ attributes, pose }: Placed, { visibility }: Layout, k: number): SceneObject {
  const { x, y, radius, angle } = pose;
  return { ...attributes, centre: [x, y], radius, angle, pixels: visibility.seen[k] };
}
