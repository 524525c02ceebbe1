/** @file MNIST, with digits merged in pairs: every class of the merged net has two known facets. */

import { greyPictures, type LabelledImages, loadImages, type PictureSet } from "../../../../data/index.ts";
import { type Rng, Tensor } from "../../../../graph/index.ts";
import { type Batches, batches, takeRows } from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";

/** Which digits are one class. */
export const pairs: readonly (readonly [number, number])[] = [
  [0, 9],
  [1, 8],
  [2, 7],
  [3, 6],
  [4, 5],
];

export const classOf = (digit: number): number => pairs.findIndex((pair) => pair.includes(digit));

export interface Digits {
  readonly images: LabelledImages;
  readonly pictures: PictureSet;
  /** Of each image. */
  readonly digit: readonly number[];
}

/** Images for the net that is looked into, and others for the judge. */
export async function loadDigits(
  run: Run,
  count: number,
): Promise<{ readonly shown: Digits; readonly others: Digits }> {
  const all = await loadImages(run.data, "mnist", "train");
  const part = (from: number): Digits => {
    const rows = Int32Array.from({ length: count }, (_, i) => from + i);
    const images = { ...all, images: takeRows(all.images, rows), labels: takeRows(all.labels, rows) };
    return { images, pictures: greyPictures("mnist", images), digit: [...images.labels.numbers()] };
  };
  return { shown: part(0), others: part(count) };
}

export interface Example<T> {
  readonly images: T;
  readonly labels: T;
}

/** Batches of uint8 images [size, 28, 28], each moved by up to `reach` pixels along both axes, anew in each batch. */
export function movedBatches(
  data: Example<Tensor>,
  size: number,
  reach: number,
  rng: Rng,
): Batches<Example<Tensor>> & {
  readonly perEpoch: number;
} {
  const still = batches(data, { size, rng: rng.split("order") });
  return {
    perEpoch: still.perEpoch,
    async batch(step) {
      const { images, labels } = await still.batch(step);
      const draw = rng.split("moves").split(step);
      return { images: moved(images, () => draw.int(-reach, reach + 1)), labels };
    },
  };
}

function moved(images: Tensor, draw: () => number): Tensor {
  const [count, rows, columns] = images.shape;
  const from = images.data as Uint8Array;
  const out = new Uint8Array(from.length);
  for (let n = 0; n < count; n++) {
    const [dy, dx] = [draw(), draw()];
    for (let y = Math.max(0, dy); y < Math.min(rows, rows + dy); y++) {
      const left = Math.max(0, dx);
      const source = (n * rows + y - dy) * columns + left - dx;
      out.set(from.subarray(source, source + columns - Math.abs(dx)), (n * rows + y) * columns + left);
    }
  }
  return new Tensor("uint8", images.shape, out);
}
