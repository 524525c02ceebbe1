/** @file Small convolutional networks with random weights, and noise to show them. */

import { exportOnnx, Rng, scope, Tensor, type Value } from "../../../../graph/index.ts";
import { type Conv, conv, init, type Linear, linear, maxPool } from "../../../../nn/index.ts";
import { Model, type SampleSet } from "../../../../probe/index.ts";

export interface Toy<T> {
  readonly conv: Conv<T>;
  readonly fc: Linear<T>;
}

export const widths = { conv: 6, fc: 5 };

export function toy(seed: number): Toy<Tensor> {
  const rng = new Rng(seed);
  return { conv: init.conv(rng.split("conv"), 1, 6, 3), fc: init.linear(rng.split("fc"), 6 * 4 * 4, 5) };
}

/** Layers "conv/Relu" [6, 8, 8], "MaxPool" [6, 4, 4], "fc/Relu" [5]. @param stride 2: "conv/Relu" is [6, 4, 4], without pooling */
export function toyModel(p: Toy<Tensor>, name: string, size = 8, stride = 1, preprocess = "unit"): Model {
  const network = (images: Value) => {
    const maps = scope("conv", () => conv(p.conv, images, { padding: "same", stride }).relu());
    const small = stride === 1 ? maxPool(maps, size / 4) : maps;
    // A last step, so that the layer before it keeps its name.
    return scope("fc", () => linear(p.fc, small.flatten()).relu()).mul(2);
  };
  const bytes = exportOnnx(network, [Tensor.zeros([1, 1, size, size])], {
    names: ["images"],
    batch: { name: "N", arguments: [0] },
    metadata: { "cajal.preprocess": preprocess },
  });
  return Model.open(bytes, { name });
}

/** @param length images [1, size, size] of smooth noise, of two classes in turn */
export function noise(length: number, size = 8, seed = 1): SampleSet {
  return {
    length,
    labels: ["odd", "even"],
    concepts: [],
    nameOf: (index) => `image ${index}`,
    get: async (index) => ({
      input: new Rng(seed).split(index).normal([1, size, size]),
      label: index % 2 === 0 ? "even" : "odd",
    }),
  };
}
