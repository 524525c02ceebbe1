/** @file Exemplar sets with captions from rendered scenes: what the built-in captioner learns from, and what it is tested on. */

import { type Picture, stretchPicture } from "../../../../data/index.ts";
import { type Rng, Tensor } from "../../../../graph/index.ts";
import type { PictureRegions } from "../region-encoder.ts";
import { type AnnotatedScene, type AnnotatedSceneOptions, annotatedScene } from "./annotated-scene.ts";
import { type Attribute, type Concept, conceptMask, facetOf, type Part } from "./concept.ts";
import { degraded } from "./degrade.ts";
import { type KnownEmoji, namedEmoji } from "./emoji-kinds.ts";
import { captionOf } from "./wording.ts";

export interface CollectionOptions {
  readonly rng: Rng;
  /** Exemplar sets. Default 4,500. */
  readonly sets?: number;
  /** Scenes that the sets share. Default 6,000. */
  readonly scenes?: number;
  /** Exemplars of a set. Default 15. */
  readonly exemplars?: number;
  /** Captions of a set. Default 3. */
  readonly captions?: number;
  readonly emoji: readonly KnownEmoji[];
  readonly scene?: Omit<AnnotatedSceneOptions, "emoji">;
  /** Concepts that must not be drawn: held out. */
  readonly exclude?: (concept: Concept) => boolean;
  /** Concepts of some of the sets, instead of random ones. */
  readonly concepts?: readonly (Concept | undefined)[];
  /** Lets others have their turn, and stops when it throws. */
  breathe?(done: number, total: number): Promise<void>;
}

/** Sets whose pictures are not drawn yet. */
export interface Collection {
  /** Of each set. */
  readonly concepts: readonly Concept[];
  readonly captions: readonly (readonly string[])[];
  readonly exemplars: number;
  /** All regions, picture by picture; `at` says to which exemplar each belongs: set · exemplars + place in the set. */
  pictures(): Iterable<PictureRegions & { readonly at: readonly number[] }>;
}

/** 1 in 10 exemplars shows something else. */
const offConcept = 0.1;
/** A concept must be in so many scenes. */
const fewestScenes = 8;
/** And take this share of a scene to count as being there. */
const leastArea = 0.004;

/** Plans sets: draws concepts, finds scenes that have them, words captions. Everything follows from the seed of `rng`. */
export async function collect(options: CollectionOptions): Promise<Collection> {
  const { rng, sets = 4500, scenes = 6000, exemplars = 15, captions = 3, emoji, exclude = () => false } = options;
  const sceneOf = (i: number): AnnotatedScene =>
    annotatedScene(rng.split("scenes").split(i), { ...options.scene, emoji });
  const places = new Map<Attribute, Set<number>>();
  const contents: { readonly attributes: ReadonlySet<Attribute>; readonly area: number }[][] = [];
  for (let i = 0; i < scenes; i++) {
    const { things, size } = sceneOf(i);
    contents.push(
      things.map(({ attributes, mask }) => ({ attributes, area: mask.reduce((a, b) => a + b, 0) / (size * size) })),
    );
    for (const { attributes, area } of contents[i]) {
      if (area < leastArea) continue;
      for (const attribute of attributes) places.set(attribute, (places.get(attribute) ?? new Set()).add(i));
    }
    if (i % 50 === 0) await options.breathe?.(i, scenes);
  }
  const scenesWith = ({ attributes }: Concept): number[] =>
    [...(places.get(attributes[0]) ?? [])].filter((i) =>
      contents[i].some((thing) => thing.area >= leastArea && attributes.every((a) => thing.attributes.has(a))),
    );

  const known = [...places.keys()].sort();
  const draws = rng.split("concepts");
  const groups = namedEmoji(emoji);
  const chosen: Concept[] = [];
  const wordings: string[][] = [];
  const slots = new Map<number, { readonly at: number; readonly concept: Concept }[]>();
  for (let set = 0; set < sets; set++) {
    let concept: Concept;
    let found: number[];
    do {
      concept = options.concepts?.[set] ?? drawConcept(draws, known);
      found = scenesWith(concept);
    } while (options.concepts?.[set] === undefined && (found.length < fewestScenes || exclude(concept)));
    chosen.push(concept);
    const words = rng.split("captions").split(set);
    wordings.push(Array.from({ length: captions }, () => captionOf(words, concept, (name) => groups.get(name))));
    const order = draws.permutation(found.length);
    for (let k = 0; k < exemplars && found.length > 0; k++) {
      // Scenes come again where there are too few; their masks differ.
      const scene = found[order[k % found.length]];
      slots.set(scene, [...(slots.get(scene) ?? []), { at: set * exemplars + k, concept }]);
    }
  }

  function* pictures() {
    for (const [index, wanted] of slots) {
      const scene = sceneOf(index);
      const masks = wanted.map(({ at, concept }) => exemplarMask(rng.split("masks").split(at), scene, concept));
      yield {
        picture: softened(rng.split("detail").split(index), scene.picture),
        masks,
        at: wanted.map(({ at }) => at),
      };
    }
  }
  return { concepts: chosen, captions: wordings, exemplars, pictures };
}

/** Half of the pictures have the detail of a smaller one: many networks are shown few pixels. */
const softenedShare = 0.5;
const fewestPixels = 40;

function softened(rng: Rng, picture: Picture): Picture {
  if (rng.random() >= softenedShare) return picture;
  const side = rng.int(fewestPixels, Math.max(fewestPixels + 1, Math.round(0.8 * picture.height)));
  return stretchPicture(stretchPicture(picture, side, side), picture.height, picture.width);
}

function exemplarMask(rng: Rng, { things, size }: AnnotatedScene, concept: Concept): Uint8Array {
  const mask = rng.random() < offConcept ? rng.pick(things).mask : conceptMask(things, concept, size);
  return degraded(rng, mask, size);
}

/** Facets of rendered objects that make pairs. */
const pairs: readonly (readonly [Facet: string, other: string])[] = [
  ["colour", "shape"],
  ["colour", "shape"],
  ["texture", "shape"],
  ["texture", "colour"],
  ["scale", "shape"],
];

const parts: readonly Part[] = ["edges", "edges", "top", "bottom", "left", "right"];

function drawConcept(rng: Rng, known: readonly Attribute[]): Concept {
  const ofFacet = (facet: string) => known.filter((attribute) => facetOf(attribute) === facet);
  const one = (facet: string): Attribute[] => {
    const list = ofFacet(facet);
    return list.length > 0 ? [rng.pick(list)] : [rng.pick(known)];
  };
  const kind = rng.random();
  const whole = (attributes: readonly Attribute[]): Concept => ({ attributes, part: "whole" });
  if (kind < 0.14) return whole(one("colour"));
  if (kind < 0.28) return whole(one("shape"));
  if (kind < 0.36) return whole(one("texture"));
  if (kind < 0.38) return whole(one("scale"));
  if (kind < 0.46) return whole(["text:text"]);
  if (kind < 0.53) return whole(one("background"));
  if (kind < 0.65) return whole(one("group"));
  if (kind < 0.75) return whole(one("emoji"));
  if (kind < 0.92) {
    const [a, b] = rng.pick(pairs);
    return whole([...one(a), ...one(b)]);
  }
  return { attributes: one(rng.pick(["shape", "colour", "group", "shape"])), part: rng.pick(parts) };
}

/** What turns regions into vectors: a `RegionEncoder`. */
interface Encodes {
  readonly features: number;
  encode(pictures: readonly PictureRegions[], options?: { readonly signal?: AbortSignal }): Promise<Float32Array>;
}

/** Pictures encoded together. */
const picturesAtOnce = 64;

/** The vectors of all exemplars of a collection, float32 [sets, exemplars, features]. */
export async function encodeCollection(
  collection: Collection,
  encoder: Encodes,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?(regions: number): void } = {},
): Promise<Tensor> {
  const { concepts, exemplars } = collection;
  const { features } = encoder;
  const all = new Float32Array(concepts.length * exemplars * features);
  let done = 0;
  const flush = async (batch: readonly (PictureRegions & { readonly at: readonly number[] })[]) => {
    const vectors = await encoder.encode(batch, signal && { signal });
    for (const [row, at] of batch.flatMap((piece) => piece.at).entries())
      all.set(vectors.subarray(row * features, (row + 1) * features), at * features);
    done += vectors.length / features;
    onProgress?.(done);
  };
  let waiting: (PictureRegions & { readonly at: readonly number[] })[] = [];
  for (const piece of collection.pictures()) {
    waiting.push(piece);
    if (waiting.length < picturesAtOnce) continue;
    await flush(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await flush(waiting);
  return new Tensor("float32", [concepts.length, exemplars, features], all);
}
