/** @file Patches of pictures (im2col), on which a convolution is a dense layer. */

import { Tensor, type Value } from "../../../graph/index.ts";
import { conv } from "../../../nn/index.ts";
import type { Window } from "./layer.ts";

export interface Patches {
  /** [batch · height · width, channels · kernel²], channel by channel. */
  readonly rows: Value;
  /** Of the layer's output. */
  readonly height: number;
  readonly width: number;
}

/** What each node of a convolution sees: x [batch, channels, h, w]. Kernels with a single 1 copy pixels, which costs less than slices. */
export function patchesOf(x: Value, { kernel, stride, padding }: Window): Patches {
  const channels = x.shape[1];
  const places = kernel * kernel;
  const weight = Tensor.of(
    Array.from({ length: channels * places * places }, (_, i) =>
      Number(Math.floor(i / places) % places === i % places),
    ),
    [channels * places, 1, kernel, kernel],
  );
  const copies = conv({ weight }, x, { stride, padding, groups: channels });
  const [, , height, width] = copies.shape;
  return { rows: copies.transpose([0, 2, 3, 1]).reshape([-1, channels * places]), height, width };
}

/** Back to pictures: [batch · height · width, outputs] → [batch, outputs, height, width] */
export function picturesOf(rows: Value, { height, width }: Patches): Value {
  return rows.reshape([-1, height, width, rows.shape[1]]).transpose([0, 3, 1, 2]);
}
