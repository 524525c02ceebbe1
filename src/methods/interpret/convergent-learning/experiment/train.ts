/** @file Training of the small networks. */

import { compile, type Tensor, type Value } from "../../../../graph/index.ts";
import { accuracyOf, adamw, batches, crossEntropy, fit } from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";
import { type Beginning, initNetwork, logits, mirrored, type Network, normalised } from "./network.ts";

/** Images uint8 [N, 3, 32, 32] with their classes [N]. */
export interface Examples<T> {
  readonly images: T;
  readonly labels: T;
}

export interface TrainOptions {
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly beginning: Beginning;
}

/** A network from random weights of its own: seed, order of the images and flips differ from net to net, nothing else. */
export function trainNetwork(
  run: Run,
  name: string,
  examples: Examples<Tensor>,
  { epochs, batch, learningRate, beginning }: TrainOptions,
): Promise<Network<Tensor>> {
  const rng = run.rng.split(name);
  return run.part(`training: ${name}`, async (part) => {
    const data = batches(examples, { size: batch, rng: rng.split("data") });
    const { params } = await fit({
      params: initNetwork(rng.split("weights"), beginning),
      loss: (p: Network<Value>, { images, labels }: Examples<Value>, { noise }) =>
        crossEntropy(logits(p, mirrored(normalised(images), noise)), labels),
      data,
      optimiser: adamw(learningRate, { weightDecay: 0.01 }),
      steps: Math.round(epochs * data.perEpoch),
      rng: rng.split("noise"),
      checkpoint: part.checkpoint,
      signal: run.signal,
      compile: run.compile,
      onStep: ({ step, steps, loss }) => {
        run.progress(`training: ${name}`, step, steps, "steps");
        if (step % 20 === 0) run.metric(`loss of training: ${name}`, loss, { step, unit: "nats" });
      },
    });
    return params;
  });
}

/** The share of images whose class the network finds. */
export async function accuracy(
  run: Run,
  params: Network<Tensor>,
  { images, labels }: Examples<Tensor>,
  size: number,
): Promise<number> {
  const share = compile(
    (p: Network<Value>, x: Value, y: Value) => accuracyOf(logits(p, normalised(x)), y),
    run.compile,
  );
  const parts = batches({ images, labels }, { size: Math.min(size, labels.size) });
  let sum = 0;
  for (let i = 0; i < parts.perEpoch; i++) {
    const part = await parts.batch(i);
    sum += (await share(params, part.images, part.labels)).item();
  }
  await share.release();
  return sum / parts.perEpoch;
}
