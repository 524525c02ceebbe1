/** @file The concepts of a scene: which objects have them, and the mask of each. */

import { type Layout, NEXT_TO } from "./layout.ts";
import { type SceneOptions, sceneRules } from "./options.ts";
import type { Pose } from "./pose.ts";
import {
  type Attributes,
  type BackgroundName,
  backgroundConcept,
  POSITIONS,
  type PositionName,
  type RelationName,
} from "./vocabulary.ts";

export type ConceptCategory = "shape" | "colour" | "texture" | "scale" | "position" | "relation" | "background";

/**
 * The names of all concepts that scenes with these options can have, by category.
 *
 * @throws CajalError "argument" when the options contradict each other
 */
export function sceneConcepts(options?: SceneOptions): Readonly<Record<ConceptCategory, readonly string[]>> {
  const { combinations, fewest, most, backgrounds } = sceneRules(options);
  const colours = namesOf(combinations, "colour");
  const relations: RelationName[] = [];
  if (fewest === 1) relations.push("alone");
  if (most > 1) relations.push("next to another", "same colour as another");
  if (most > 1 && colours.length > 1) relations.push("overlaps another");
  return {
    shape: namesOf(combinations, "shape"),
    colour: colours,
    texture: namesOf(combinations, "texture"),
    scale: namesOf(combinations, "scale"),
    position: POSITIONS,
    relation: relations,
    background: backgrounds.map(backgroundConcept),
  };
}

function namesOf(combinations: readonly Attributes[], attribute: keyof Attributes): string[] {
  return [...new Set(combinations.map((combination) => combination[attribute]))];
}

/**
 * The masks of all concepts in a scene, 1 where a pixel belongs to the concept. Each [size × size], row by row.
 * Concepts that do not occur are left out.
 */
export function conceptMasks(layout: Layout, background: BackgroundName, size: number): Map<string, Uint8Array> {
  const masks = new Map<string, Uint8Array>();
  const { owner } = layout.visibility;
  for (const [k, { attributes, pose }] of layout.placed.entries()) {
    const pixels = pixelsOf(layout, k, size);
    for (const concept of [...Object.values(attributes), ...positions(pose, size), ...relations(layout, k, size)]) {
      const mask = masks.get(concept) ?? new Uint8Array(size * size);
      masks.set(concept, mask);
      for (const pixel of pixels) mask[pixel] = 1;
    }
  }
  masks.set(
    backgroundConcept(background),
    owner.map((name) => (name === 0 ? 1 : 0)),
  );
  return masks;
}

/** The pixels where object k is seen. */
function pixelsOf({ placed, visibility }: Layout, k: number, size: number): Int32Array {
  const { left, top, width, height } = placed[k].footprint;
  const pixels = new Int32Array(visibility.seen[k]);
  let found = 0;
  for (let y = top; y < top + height; y++) {
    const start = y * size + left;
    for (let i = start; i < start + width; i++) if (visibility.owner[i] === k + 1) pixels[found++] = i;
  }
  return pixels;
}

/** The sides of the picture in whose outer third an object's centre lies. */
function positions(pose: Pose, size: number): PositionName[] {
  const found: PositionName[] = [];
  if (pose.x < size / 3) found.push("left");
  if (pose.x > (2 * size) / 3) found.push("right");
  if (pose.y < size / 3) found.push("top");
  if (pose.y > (2 * size) / 3) found.push("bottom");
  return found;
}

/** How object k stands to the others. */
function relations({ placed }: Layout, k: number, size: number): RelationName[] {
  if (placed.length === 1) return ["alone"];
  const found: RelationName[] = [];
  const { attributes, gaps } = placed[k];
  const allGaps = [...gaps, ...placed.slice(k + 1).map((later) => later.gaps[k])];
  if (allGaps.some((gap) => gap < NEXT_TO * size)) found.push("next to another");
  if (placed.filter((object) => object.attributes.colour === attributes.colour).length > 1)
    found.push("same colour as another");
  if (allGaps.some((gap) => gap <= 0)) found.push("overlaps another");
  return found;
}
