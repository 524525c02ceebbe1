/** @file Pictures as a model wants to be shown them. */

import type { Model, SampleSet } from "../probe/index.ts";
import type { PictureSet } from "./picture-set.ts";
import { type Preprocess, toTensor } from "./preprocess.ts";

/** The pictures, scaled, cropped and preprocessed for the model when they are asked for. */
export function samplesOf(pictures: PictureSet, model: Model, preprocess: Preprocess): SampleSet {
  const { channels, height, width } = model.input;
  return {
    length: pictures.length,
    labels: pictures.labels,
    concepts: pictures.concepts,
    nameOf: pictures.nameOf,
    async get(index) {
      const { picture, label, concepts } = await pictures.get(index, height, width);
      return {
        input: toTensor(picture, channels, preprocess),
        ...(label !== undefined && { label }),
        ...(concepts && { concepts }),
      };
    },
  };
}
