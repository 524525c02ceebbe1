/** @file Concepts that a unit can stand for: conjunctions of attributes, of the whole thing or of a part of it. */

import type { SceneObject } from "../../../../data/index.ts";

/** What can be said of a thing in a scene. */
export type Facet = "shape" | "colour" | "texture" | "scale" | "text" | "group" | "emoji" | "background";

/** "colour:red", "shape:ring", "text:text", "group:animals", "emoji:dog", "background:sky". */
export type Attribute = `${Facet}:${string}`;

export type Part = "whole" | "edges" | "top" | "bottom" | "left" | "right";

export interface Concept {
  /** A thing has the concept when it has all of them. */
  readonly attributes: readonly Attribute[];
  readonly part: Part;
}

/** What is seen in one place of a scene, with all that holds of it. */
export interface Thing {
  readonly attributes: ReadonlySet<Attribute>;
  /** 1 where it is seen, one byte per pixel. */
  readonly mask: Uint8Array;
}

export function facetOf(attribute: Attribute): Facet {
  return attribute.slice(0, attribute.indexOf(":")) as Facet;
}

export function wordIn(attribute: Attribute): string {
  return attribute.slice(attribute.indexOf(":") + 1);
}

/** A concept's name, the same for equal concepts: "colour:red + shape:ring, edges". */
export function conceptName({ attributes, part }: Concept): string {
  return [...attributes].sort().join(" + ") + (part === "whole" ? "" : `, ${part}`);
}

export function attributesOf({ shape, colour, texture, scale }: SceneObject): Set<Attribute> {
  return new Set<Attribute>([`shape:${shape}`, `colour:${colour}`, `texture:${texture}`, `scale:${scale}`]);
}

export function hasConcept(thing: Thing, { attributes }: Concept): boolean {
  return attributes.every((attribute) => thing.attributes.has(attribute));
}

/** Where the concept is: the union of the things that have it, or of their part. [size × size] */
export function conceptMask(things: readonly Thing[], concept: Concept, size: number): Uint8Array {
  const mask = new Uint8Array(size * size);
  for (const thing of things) {
    if (!hasConcept(thing, concept)) continue;
    const part = partOf(thing.mask, concept.part, size);
    for (let i = 0; i < mask.length; i++) mask[i] |= part[i];
  }
  return mask;
}

/** A rim is this share of the picture's side wide, to either side of the outline together. */
const rimShare = 0.05;
/** Of a thing's height or width, what counts as its top, bottom, left or right. */
const endShare = 0.4;

/** The part of a mask. Edges are a band around its outline, half of it outside. */
export function partOf(mask: Uint8Array, part: Part, size: number): Uint8Array {
  if (part === "whole") return mask;
  if (part === "edges") {
    const reach = Math.max(1, Math.round((rimShare * size) / 2));
    const wide = spread(mask, reach, size, 1);
    const core = spread(mask, reach, size, 0);
    return wide.map((value, i) => (value === 1 && core[i] === 0 ? 1 : 0));
  }
  const [low, high] = extent(mask, part === "top" || part === "bottom", size);
  const reach = endShare * (high - low + 1);
  return mask.map((value, i) => {
    const place = part === "top" || part === "bottom" ? Math.floor(i / size) : i % size;
    const inside = part === "top" || part === "left" ? place < low + reach : place > high - reach;
    return value === 1 && inside ? 1 : 0;
  });
}

/** The mask grown (`value` 1) or shrunk (`value` 0) by a square of ±reach pixels. */
function spread(mask: Uint8Array, reach: number, size: number, value: 0 | 1): Uint8Array {
  let current = mask;
  for (const step of [1, size]) {
    const next = current.slice();
    for (let i = 0; i < next.length; i++) {
      if (current[i] !== value) continue;
      const place = step === 1 ? i % size : Math.floor(i / size);
      const [from, to] = [Math.max(-reach, -place), Math.min(reach, size - 1 - place)];
      for (let d = from; d <= to; d++) next[i + d * step] = value;
    }
    current = next;
  }
  return current;
}

/** First and last row (or column) of a mask. */
function extent(mask: Uint8Array, rows: boolean, size: number): [low: number, high: number] {
  let [low, high] = [size, -1];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const place = rows ? Math.floor(i / size) : i % size;
    low = Math.min(low, place);
    high = Math.max(high, place);
  }
  return [low, high];
}
