/** @file A convolutional network with ReLU, as large as a selectable one. */

import type { Rng, Tensor, Value } from "../../../../graph/index.ts";
import {
  adam,
  batches,
  type Conv,
  conv,
  crossEntropy,
  type FitOptions,
  fit,
  init,
  type Linear,
  linear,
} from "../../../../nn/index.ts";
import { baselineRate } from "./baseline-rate.ts";
import { type LabelledBytes, pixels } from "./images.ts";

export interface Plain<T> {
  readonly convolutions: readonly Conv<T>[];
  readonly head: Linear<T>;
}

/**
 * Two convolutions of kernel 3 and stride 2, 1 → c → 2c channels, with so many c as come closest to a number of parameters.
 * @param side of the last maps
 */
export function initPlain(rng: Rng, parameters: number, side: number): Plain<Tensor> {
  const distance = (c: number) => Math.abs(plainSize(c, side) - parameters);
  const c = Array.from({ length: 64 }, (_, i) => i + 1).reduce((best, each) =>
    distance(each) < distance(best) ? each : best,
  );
  return {
    convolutions: [init.conv(rng.split(0), 1, c, 3), init.conv(rng.split(1), c, 2 * c, 3)],
    head: init.linear(rng.split("head"), 2 * c * side ** 2, 10),
  };
}

const plainSize = (c: number, side: number): number => 10 * c + 2 * c * (9 * c + 1) + 10 * (2 * c * side ** 2 + 1);

/** [batch, 28, 28] of bytes → logits [batch, 10] */
export function plainLogits(p: Plain<Value | Tensor>, x: Value): Value {
  const maps = p.convolutions.reduce((h, layer) => conv(layer, h, { stride: 2 }).relu(), pixels(x));
  return linear(p.head, maps.flatten());
}

type Passed = Pick<FitOptions<unknown, unknown, unknown>, "steps" | "signal" | "compile" | "checkpoint" | "onStep">;

export async function trainPlain(
  rng: Rng,
  initial: Plain<Tensor>,
  train: LabelledBytes,
  options: Passed & { readonly batch: number; readonly rate: number },
): Promise<Plain<Tensor>> {
  const { params } = await fit<Plain<Tensor>, LabelledBytes>({
    ...options,
    params: initial,
    loss: (p, { x, y }) => crossEntropy(plainLogits(p, x), y),
    data: batches(train, { size: options.batch, rng }),
    optimiser: adam(baselineRate(options.rate, options.steps)),
  });
  return params;
}
