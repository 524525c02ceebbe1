/** @file Images with classes as tensors: MNIST, Fashion-MNIST, CIFAR-10. */

import { CajalError, formatShape, Tensor } from "../graph/index.ts";
import { decodeIdx } from "./idx.ts";
import type { PictureSet } from "./picture-set.ts";
import { resizePicture } from "./resample.ts";

export interface LabelledImages {
  /** uint8 [count, height, width]; of colours [count, 3, height, width] */
  readonly images: Tensor;
  /** Numbers of classes: int64 [count]. */
  readonly labels: Tensor;
  /** Names of classes. */
  readonly classes: readonly string[];
}

/** From the contents of two IDX files. @throws CajalError `bad-file` when they do not belong together */
export function labelledImages(
  name: string,
  classes: readonly string[],
  images: Uint8Array,
  labels: Uint8Array,
): LabelledImages {
  const pixels = decodeIdx(images, `${name}, images`);
  const numbers = decodeIdx(labels, `${name}, labels`);
  const fits = pixels.shape.length === 3 && numbers.shape.length === 1 && pixels.shape[0] === numbers.shape[0];
  if (!fits || pixels.dtype !== "uint8")
    throw new CajalError(
      "bad-file",
      `${name}: images ${pixels} and labels ${formatShape(numbers.shape)} do not belong together`,
    );
  const values = numbers.numbers();
  const outside = values.find((value) => !(value in classes));
  if (outside !== undefined)
    throw new CajalError("bad-file", `${name}: a label is ${outside}, of ${classes.length} classes`);
  return { images: pixels, labels: Tensor.of(values, numbers.shape, "int64"), classes };
}

/** The same as pictures, grey as equal red, green and blue. */
export function greyPictures(name: string, { images, labels, classes }: LabelledImages): PictureSet {
  const [length, rows, columns] = images.shape;
  const numbers = labels.numbers();
  const nameOf = (index: number) => `${name} #${index}`;
  return {
    name,
    length,
    labels: classes,
    concepts: [],
    nameOf,
    async get(index, height, width) {
      const at = index * rows * columns;
      const data = Uint8Array.from({ length: 3 * rows * columns }, (_, i) =>
        Number(images.data[at + Math.floor(i / 3)]),
      );
      const picture = resizePicture({ width: columns, height: rows, data }, height, width);
      return { name: nameOf(index), picture, label: classes[numbers[index]] };
    },
  };
}
