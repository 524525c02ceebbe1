/** @file Rendered scenes as a set of pictures with pixel-exact concept masks. */

import { Rng } from "../../graph/index.ts";
import type { PictureSet } from "../picture-set.ts";
import { generateScene, sceneConcepts } from "./scenes.ts";

/** `count` scenes of a seed; the same index is always the same scene. Square only: the larger of height and width counts. */
export function scenePictures(seed: number, count: number): PictureSet {
  const rng = new Rng(seed);
  const nameOf = (index: number) => `scene ${index}`;
  return {
    name: `${count} rendered scenes, seed ${seed}`,
    length: count,
    labels: [],
    concepts: Object.values(sceneConcepts()).flat(),
    nameOf,
    async get(index, height, width) {
      const { picture, concepts } = generateScene(rng.split(index), { size: Math.max(height, width) });
      return { name: nameOf(index), picture, concepts };
    },
  };
}
