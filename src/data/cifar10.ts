/** @file CIFAR-10's binary records (A. Krizhevsky, 2009): a label byte, then 32×32 red, green and blue planes. */

import { CajalError, Tensor } from "../graph/index.ts";
import type { LabelledImages } from "./labelled-images.ts";
import type { PictureSet } from "./picture-set.ts";
import { resizePicture } from "./resample.ts";

const side = 32;
const plane = side * side;
const record = 1 + 3 * plane;

export const cifar10Classes = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
] as const;

/** How many records there are. @throws CajalError `no-data` when the bytes are no whole number of them */
function countOf(name: string, bytes: Uint8Array): number {
  const count = bytes.length / record;
  if (!Number.isInteger(count) || count === 0)
    throw new CajalError(
      "no-data",
      `${name}: ${bytes.length} bytes are no whole number of CIFAR-10 records (${record} bytes each)`,
    );
  return count;
}

/** Images uint8 [count, 3, 32, 32] and classes int64 [count]. @throws CajalError `no-data` when the bytes are no whole number of records */
export function cifar10Images(name: string, bytes: Uint8Array): LabelledImages {
  const count = countOf(name, bytes);
  const pixels = new Uint8Array(count * 3 * plane);
  const labels = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = bytes[i * record];
    pixels.set(bytes.subarray(i * record + 1, (i + 1) * record), i * 3 * plane);
  }
  return {
    images: new Tensor("uint8", [count, 3, side, side], pixels),
    labels: Tensor.of(labels, [count], "int64"),
    classes: cifar10Classes,
  };
}

/** @throws CajalError `no-data` when the bytes are no whole number of records */
export function cifar10Pictures(name: string, bytes: Uint8Array): PictureSet {
  const length = countOf(name, bytes);
  const nameOf = (index: number) => `${name} #${index}`;
  return {
    name,
    length,
    labels: cifar10Classes,
    concepts: [],
    nameOf,
    async get(index, height, width) {
      const at = index * record;
      const data = new Uint8Array(3 * plane);
      for (let i = 0; i < plane; i++) for (let c = 0; c < 3; c++) data[3 * i + c] = bytes[at + 1 + c * plane + i];
      const picture = resizePicture({ width: side, height: side, data }, height, width);
      return { name: nameOf(index), picture, label: cifar10Classes[bytes[at]] ?? `class ${bytes[at]}` };
    },
  };
}
