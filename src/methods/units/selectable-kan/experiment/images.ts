/** @file Pictures with classes, as networks take them. */

import { loadImages } from "../../../../data/index.ts";
import type { Tensor, Value } from "../../../../graph/index.ts";
import { takeRows } from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";

/** Images of bytes [N, 28, 28], and classes [N]. */
export interface LabelledBytes {
  readonly x: Tensor;
  readonly y: Tensor;
}

export async function firstImages(
  run: Run,
  set: string,
  split: "train" | "test",
  count: number,
): Promise<LabelledBytes> {
  const { images, labels } = await loadImages(run.data, set, split);
  return firstOf({ x: images, y: labels }, count);
}

/** The first examples, as many as there are at most. */
export function firstOf({ x, y }: LabelledBytes, count: number): LabelledBytes {
  const rows = Array.from({ length: Math.min(count, y.size) }, (_, i) => i);
  return { x: takeRows(x, rows), y: takeRows(y, rows) };
}

/** [batch, 28, 28] of bytes → [batch, 1, 28, 28] within [−1, 1] */
export function pixels(images: Value): Value {
  return images
    .cast("float32")
    .mul(2 / 255)
    .sub(1)
    .unsqueeze(1);
}
