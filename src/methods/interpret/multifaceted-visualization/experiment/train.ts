/** @file Training of the small networks. */

import { preprocessNamed } from "../../../../data/index.ts";
import { compile, Tensor, type Value } from "../../../../graph/index.ts";
import { accuracyOf, adamw, batches, crossEntropy, fit } from "../../../../nn/index.ts";
import type { Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { prepared } from "../pixels.ts";
import { type Example, movedBatches } from "./digits.ts";
import { type DigitNetwork, digitLogits, initDigitNetwork, unitRange } from "./network.ts";

export interface TrainOptions {
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
}

const noiseDeviation = 0.1;
const reach = 2;

/** @param name its randomness depends on it */
export function trainDigits(
  run: Run,
  name: string,
  { images, labels }: Example<Tensor>,
  classes: number,
  { epochs, batch, learningRate }: TrainOptions,
): Promise<DigitNetwork<Tensor>> {
  return run.part(`training: ${name}`, async ({ rng, checkpoint }) => {
    const data = movedBatches({ images, labels }, batch, reach, rng.split("data"));
    const { params } = await fit({
      params: initDigitNetwork(rng.split("weights"), classes),
      loss: (p: DigitNetwork<Value>, b: Example<Value>, { noise }) => {
        const x = unitRange(b.images);
        return crossEntropy(digitLogits(p, x.add(noise.normal(x.shape, 0, noiseDeviation))), b.labels);
      },
      data,
      optimiser: adamw(learningRate),
      steps: Math.round(epochs * data.perEpoch),
      rng: rng.split("noise"),
      checkpoint,
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
export async function accuracy(run: Run, params: DigitNetwork<Tensor>, data: Example<Tensor>): Promise<number> {
  const share = compile(
    (p: DigitNetwork<Value>, x: Value, y: Value) => accuracyOf(digitLogits(p, unitRange(x)), y),
    run.compile,
  );
  const parts = batches(data, { size: Math.min(500, data.labels.size) });
  let sum = 0;
  for (let i = 0; i < parts.perEpoch; i++) {
    const { images, labels } = await parts.batch(i);
    sum += (await share(params, images, labels)).item();
  }
  await share.release();
  return sum / parts.perEpoch;
}

/** What a network takes images for, pixels of 0…255 [n, 1, 28, 28]. */
export async function judged(run: Run, { imported }: Model, images: Tensor): Promise<number[]> {
  const unit = preprocessNamed("unit");
  const answer = compile((pixels: Value) => {
    const { logits } = imported.apply(imported.params, { pixels: prepared(pixels, unit) });
    return logits.op("ArgMax", [], { axis: 1, keepdims: 0 });
  }, run.compile);
  const found = await answer(images);
  await answer.release();
  return [...found.numbers()];
}

/** Labels as classes of a merged net. */
export function relabelled(labels: Tensor, classOf: (digit: number) => number): Tensor {
  return Tensor.of(
    Array.from(labels.numbers(), (digit) => classOf(digit)),
    labels.shape,
    "int64",
  );
}
