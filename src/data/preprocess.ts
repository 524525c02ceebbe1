/** @file From pixels to what a network was trained on, and the ways that published networks want it. */

import { CajalError, Tensor } from "../graph/index.ts";
import type { Picture } from "./picture.ts";

/** value = (pixel · scale − mean) / deviation, per channel in the network's channel order. */
export interface Preprocess {
  readonly channels: "rgb" | "bgr" | "grey";
  /** Applied to pixel values 0–255. */
  readonly scale: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

const plain = (scale: number): Preprocess => ({ channels: "rgb", scale, mean: [0, 0, 0], deviation: [1, 1, 1] });

/** Named ways; `imagenet` is torchvision's, `caffe` that of the BVLC models (BGR, channel means off). */
export const preprocesses = {
  imagenet: { channels: "rgb", scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  caffe: { channels: "bgr", scale: 1, mean: [104, 117, 123], deviation: [1, 1, 1] },
  unit: plain(1 / 255),
  signed: { channels: "rgb", scale: 1 / 127.5, mean: [1, 1, 1], deviation: [1, 1, 1] },
  bytes: plain(1),
} as const satisfies Record<string, Preprocess>;

export type PreprocessName = keyof typeof preprocesses;

/** @throws CajalError `argument` for an unknown name */
export function preprocessNamed(name: string): Preprocess {
  if (!Object.hasOwn(preprocesses, name)) {
    throw new CajalError("argument", `no preprocessing is named "${name}"`, {
      advice: `Choose from: ${Object.keys(preprocesses).join(", ")}.`,
    });
  }
  return preprocesses[name as PreprocessName];
}

/** The picture as a float32 tensor [channels, height, width]; a network of one channel gets its luminance (Rec. 601). */
export function toTensor(picture: Picture, channels: number, preprocess: Preprocess): Tensor {
  const { width, height, data } = picture;
  const plane = width * height;
  const out = new Float32Array(channels * plane);
  const { scale, mean, deviation } = preprocess;
  if (channels === 1) {
    for (let i = 0; i < plane; i++) {
      const luminance = 0.299 * data[3 * i] + 0.587 * data[3 * i + 1] + 0.114 * data[3 * i + 2];
      out[i] = (luminance * scale - mean[0]) / deviation[0];
    }
  } else if (channels === 3) {
    for (let c = 0; c < 3; c++) {
      const source = preprocess.channels === "bgr" ? 2 - c : c;
      const factor = scale / deviation[c];
      const shift = mean[c] / deviation[c];
      for (let i = 0, at = c * plane; i < plane; i++, at++) out[at] = data[3 * i + source] * factor - shift;
    }
  } else {
    throw new CajalError("shape", `the model takes pictures of ${channels} channels; pictures have 1 or 3`);
  }
  return new Tensor("float32", [channels, height, width], out);
}
