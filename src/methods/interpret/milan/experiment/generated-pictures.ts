/** @file Sets of pictures that are drawn when they are asked for. */

import { type Picture, type PictureSet, resizePicture } from "../../../../data/index.ts";

export interface GeneratedPicture {
  readonly picture: Picture;
  /** The class's number. */
  readonly label?: string;
  /** Masks of what is in it, of the picture's size. */
  readonly concepts?: ReadonlyMap<string, Uint8Array>;
}

/** @param draw the same picture for the same index; masks are lost where pictures are resized @param concepts all that have masks */
export function generatedPictures(
  name: string,
  length: number,
  draw: (index: number) => GeneratedPicture,
  concepts: readonly string[] = [],
): PictureSet {
  const nameOf = (index: number) => `${name} ${index}`;
  return {
    name,
    length,
    labels: [],
    concepts,
    nameOf,
    async get(index, height, width) {
      const { picture, label, concepts: masks } = draw(index);
      const fits = picture.height === height && picture.width === width;
      return {
        name: nameOf(index),
        picture: resizePicture(picture, height, width),
        ...(label !== undefined && { label }),
        ...(masks && fits && { concepts: masks }),
      };
    },
  };
}
