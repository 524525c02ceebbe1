/** @file The small network of which several are trained, from different random weights. */

import { preprocesses } from "../../../../data/index.ts";
import { exportOnnx, type Noise, type Rng, scope, Tensor, type Value } from "../../../../graph/index.ts";
import {
  type Conv,
  conv,
  type Initialiser,
  init,
  type Linear,
  linear,
  maxPool,
  weights,
} from "../../../../nn/index.ts";
import { Model } from "../../../../probe/index.ts";

export interface Network<T> {
  readonly conv1: Conv<T>;
  readonly conv2: Conv<T>;
  readonly conv3: Conv<T>;
  readonly fc: Linear<T>;
  readonly head: Linear<T>;
}

/** The layers that are compared, in their order; each is read after its ReLU. */
export const layers = ["conv1", "conv2", "conv3", "fc"] as const;

export type LayerName = (typeof layers)[number];

/** What the tensor of a layer is called in the exported file. */
export const tensorOf = (layer: LayerName) => `${layer}/Relu`;

const withinInverseRoot: Initialiser = (rng, shape, { inputs }) =>
  rng.uniform(shape, -(inputs ** -0.5), inputs ** -0.5);

/** How weights begin: evenly within ±1/√inputs, as in most published training code of such networks; or, with 2.4 times the deviation, by He et al. 2015. */
export const beginnings = { uniform: withinInverseRoot, he: weights.he() } as const satisfies Record<
  string,
  Initialiser
>;

export type Beginning = keyof typeof beginnings;

export function initNetwork(rng: Rng, beginning: Beginning): Network<Tensor> {
  const weight = beginnings[beginning];
  return {
    conv1: init.conv(rng.split("conv1"), 3, 24, 5, { weight }),
    conv2: init.conv(rng.split("conv2"), 24, 48, 3, { weight }),
    conv3: init.conv(rng.split("conv3"), 48, 64, 3, { weight }),
    fc: init.linear(rng.split("fc"), 64 * 4 * 4, 96, { weight }),
    head: init.linear(rng.split("head"), 96, 10, { weight }),
  };
}

/** uint8 [batch, 3, 32, 32] → float32 of the same shape, with mean 0 and deviation 1 about: as the published networks take them, too. */
export function normalised(images: Value): Value {
  const { scale, mean, deviation } = preprocesses.imagenet;
  const channels = (values: readonly number[]) => Tensor.of(values, [3, 1, 1]);
  return images.cast("float32").mul(scale).sub(channels(mean)).div(channels(deviation));
}

/** Each image left to right, or right to left. */
export function mirrored(x: Value, noise: Noise): Value {
  const turned = x.slice([-1], [-33], [3], [-1]);
  return noise.bernoulli([x.shape[0], 1, 1, 1], 0.5).greater(0).where(x, turned);
}

/** normalised [batch, 3, 32, 32] → logits [batch, 10] */
export function logits(p: Network<Value | Tensor>, x: Value): Value {
  const block = (name: "conv1" | "conv2" | "conv3", h: Value, stride: number) =>
    scope(name, () => conv(p[name], h, { stride, padding: "same" }).relu());
  const features = maxPool(block("conv3", block("conv2", block("conv1", x, 2), 2), 1), 2);
  return linear(
    p.head,
    scope("fc", () => linear(p.fc, features.flatten()).relu()),
  );
}

/** The network as a file, and opened as any other. */
export function opened(params: Network<Tensor>, name: string): { readonly bytes: Uint8Array; readonly model: Model } {
  const bytes = exportOnnx((images: Value) => logits(params, images), [Tensor.zeros([1, 3, 32, 32])], {
    names: ["images"],
    batch: { name: "N", arguments: [0] },
    metadata: { "cajal.preprocess": "imagenet" },
  });
  return { bytes, model: Model.open(bytes, { name }) };
}
