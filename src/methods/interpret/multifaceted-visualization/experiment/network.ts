/** @file The small networks of the experiment: digits in classes. */

import { preprocesses } from "../../../../data/index.ts";
import { exportOnnx, type Rng, scope, Tensor, type Value } from "../../../../graph/index.ts";
import { type Conv, conv, init, type Linear, linear } from "../../../../nn/index.ts";
import { Model } from "../../../../probe/index.ts";

export interface DigitNetwork<T> {
  readonly conv1: Conv<T>;
  readonly conv2: Conv<T>;
  readonly fc: Linear<T>;
  readonly head: Linear<T>;
}

export function initDigitNetwork(rng: Rng, classes: number): DigitNetwork<Tensor> {
  return {
    conv1: init.conv(rng.split("conv1"), 1, 16, 5),
    conv2: init.conv(rng.split("conv2"), 16, 32, 3),
    fc: init.linear(rng.split("fc"), 32 * 7 * 7, 64),
    head: init.linear(rng.split("head"), 64, classes),
  };
}

/** uint8 [batch, 28, 28] → float32 [batch, 1, 28, 28] in 0…1. */
export function unitRange(images: Value): Value {
  return images.cast("float32").mul(preprocesses.unit.scale).unsqueeze(1);
}

/** [batch, 1, 28, 28] in 0…1 → logits [batch, classes]. The hidden layer is "fc/Relu" in the file, the result "logits". */
export function digitLogits(p: DigitNetwork<Value | Tensor>, x: Value): Value {
  const first = scope("conv1", () => conv(p.conv1, x, { stride: 2, padding: "same" }).relu());
  const second = scope("conv2", () => conv(p.conv2, first, { stride: 2, padding: "same" }).relu());
  const hidden = scope("fc", () => linear(p.fc, second.flatten()).relu());
  return linear(p.head, hidden);
}

/** The network as a file, and opened as any other. */
export function opened(
  params: DigitNetwork<Tensor>,
  name: string,
): { readonly bytes: Uint8Array; readonly model: Model } {
  const bytes = exportOnnx(
    (pixels: Value) => ({ logits: digitLogits(params, pixels) }),
    [Tensor.zeros([1, 1, 28, 28])],
    {
      names: ["pixels"],
      batch: { name: "N", arguments: [0] },
      metadata: { "cajal.preprocess": "unit" },
    },
  );
  return { bytes, model: Model.open(bytes, { name }) };
}
