/** @file Small convolutional classifiers for the experiments, as ONNX files: their neurons are to be put into words. */

import { type PictureSet, preprocesses, toTensor } from "../../../../data/index.ts";
import { exportOnnx, type Rng, scope, Tensor, type Value } from "../../../../graph/index.ts";
import {
  adam,
  batches,
  type Conv,
  conv,
  crossEntropy,
  fit,
  init,
  type Linear,
  linear,
  schedule,
} from "../../../../nn/index.ts";
import { Model } from "../../../../probe/index.ts";
import type { Part, Run } from "../../../run.ts";

interface Network<T> {
  readonly convs: readonly Conv<T>[];
  readonly head: Linear<T>;
}

export interface SmallNetworkOptions {
  /** Pixels of a side. */
  readonly side: number;
  readonly classes: number;
  readonly steps: number;
  readonly batch?: number;
}

/** Channels after each convolution; the first three halve the map. */
const channels = [24, 32, 48, 64] as const;

export const networkLayers = channels.map((_, i) => `conv${i + 1}/Relu`);

function apply({ convs, head }: Network<Value | Tensor>, x: Value): Value {
  const features = convs.reduce(
    (h, p, i) => scope(`conv${i + 1}`, () => conv(p, h, { stride: i < 3 ? 2 : 1, padding: 1 }).relu()),
    x,
  );
  return scope("head", () => linear(head, features.mean([2, 3])));
}

/** Trains on all pictures, which have class numbers as labels, and gives the ONNX file. */
export async function trainSmallNetwork(
  run: Run,
  { rng, checkpoint }: Part,
  pictures: PictureSet,
  { side, classes, steps, batch = 64 }: SmallNetworkOptions,
): Promise<Uint8Array> {
  const plane = 3 * side * side;
  const x = new Float32Array(pictures.length * plane);
  const y: number[] = [];
  for (let i = 0; i < pictures.length; i++) {
    const { picture, label } = await pictures.get(i, side, side);
    x.set(toTensor(picture, 3, preprocesses.signed).data as Float32Array, i * plane);
    y.push(Number(label));
    if (i % 100 === 0) run.progress("drawing training pictures", i, pictures.length, "pictures");
    await run.breathe();
  }
  const { params } = await fit<Network<Tensor>, { readonly x: Tensor; readonly y: Tensor }>({
    params: initNetwork(rng.split("weights"), classes),
    loss: (p, data) => crossEntropy(apply(p, data.x), data.y),
    data: batches(
      { x: new Tensor("float32", [pictures.length, 3, side, side], x), y: Tensor.of(y, [y.length], "int64") },
      { size: Math.min(batch, pictures.length), rng: rng.split("batches") },
    ),
    optimiser: adam(schedule.warmupCosine(3e-3, { warmup: Math.min(20, steps - 1), total: steps })),
    steps,
    checkpoint,
    signal: run.signal,
    compile: run.compile,
    onStep: ({ step }) => run.progress("training a network", step, steps, "steps"),
  });
  return exportOnnx((v: Value) => ({ logits: apply(params, v) }), [Tensor.zeros([2, 3, side, side])], {
    names: ["picture"],
    batch: { name: "N", arguments: [0] },
    metadata: { "cajal.preprocess": "signed" },
  });
}

function initNetwork(rng: Rng, classes: number): Network<Tensor> {
  let inputs = 3;
  const convs = channels.map((outputs, i) => {
    const p = init.conv(rng.split(i), inputs, outputs, i === 0 ? 5 : 3);
    inputs = outputs;
    return p;
  });
  return { convs, head: init.linear(rng.split("head"), inputs, classes) };
}

export function openSmallNetwork(bytes: Uint8Array, name: string): Model {
  return Model.open(bytes, { name });
}
