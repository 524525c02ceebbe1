/** @file Sets of pictures that are drawn when they are asked for. */

import { type Picture, type PictureSet, resizePicture } from "../../../../data/index.ts";

export interface GeneratedPicture {
  readonly picture: Picture;
  /** The class's number. */
  readonly label?: string;
}

/** @param draw the same picture for the same index */
export function generatedPictures(name: string, length: number, draw: (index: number) => GeneratedPicture): PictureSet {
  const nameOf = (index: number) => `${name} ${index}`;
  return {
    name,
    length,
    labels: [],
    concepts: [],
    nameOf,
    async get(index, height, width) {
      const { picture, label } = draw(index);
      return {
        name: nameOf(index),
        picture: resizePicture(picture, height, width),
        ...(label !== undefined && { label }),
      };
    },
  };
}
