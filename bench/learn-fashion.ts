/** @file Fashion-MNIST (20,000 training images): a perceptron and a convolutional network. */

import { compile, type Noise, Rng, type Tensor, type Value } from "cajal/graph";
import {
  accuracyOf,
  adamw,
  type BatchNorm,
  type BatchStatistics,
  batches,
  batchNorm,
  type Conv,
  conv,
  crossEntropy,
  dropout,
  fit,
  init,
  type Linear,
  linear,
  maxPool,
  mlp,
  onlyMatrices,
  schedule,
  takeRows,
} from "cajal/nn";
import { openImages } from "cajal/node";
import { stopwatch, teller } from "./learn-report.ts";

/** Of the training images, to choose everything below by. */
const keptApart = 2000;
const seed = 1;

interface Examples<T> {
  readonly images: T;
  readonly labels: T;
}

/**
 * Trains on all training images and tests on the test images.
 * @param validate keep the last training images apart and test on these instead
 */
export async function learnFashion(network: "mlp" | "cnn", validate: boolean, say: (line: string) => void) {
  const all = await openImages("fashion-mnist", "train");
  const border = all.labels.size - keptApart;
  const part = (from: number, to: number): Examples<Tensor> => {
    const rows = Array.from({ length: to - from }, (_, i) => from + i);
    return { images: takeRows(all.images, rows), labels: takeRows(all.labels, rows) };
  };
  const train = validate ? part(0, border) : part(0, all.labels.size);
  const { images, labels } = validate ? part(border, all.labels.size) : await openImages("fashion-mnist", "test");
  const elapsed = stopwatch();
  const predict = await (network === "mlp" ? learnMlp : learnCnn)(train, say);
  const time = elapsed();
  const accuracy = await accuracyOn(predict, { images, labels });
  const set = validate ? "validation" : "test";
  say(`${set} accuracy ${accuracy.toFixed(4)} after ${time.seconds} s (${time.processorSeconds} s of processor)`);
  return { network, set, trainingImages: train.labels.size, accuracy, ...time };
}

type Predict = (images: Value) => Value;

/** uint8 [batch, 28, 28] to about mean 0 and deviation 1. */
const standardised = (images: Value) =>
  images
    .cast("float32")
    .mul(1 / 90)
    .sub(0.81);

async function accuracyOn(predict: Predict, { images, labels }: Examples<Tensor>): Promise<number> {
  const size = 500;
  const right = compile((x: Value, y: Value) => accuracyOf(predict(x), y));
  const parts = batches({ images, labels }, { size });
  let sum = 0;
  for (let i = 0; i < parts.perEpoch; i++) {
    const part = await parts.batch(i);
    sum += (await right(part.images, part.labels)).item();
  }
  await right.release();
  return sum / parts.perEpoch;
}

async function learnMlp(train: Examples<Tensor>, say: (line: string) => void): Promise<Predict> {
  const rng = new Rng(seed);
  const steps = 3000;
  const flat = (images: Value) => standardised(images).reshape([-1, 784]);
  const { params } = await fit({
    params: init.mlp(rng.split("weights"), [784, 256, 128, 10]),
    loss: (p, { images, labels }, { noise }) => {
      const hidden = (h: Value) => dropout(h.relu(), noise, 0.2);
      return crossEntropy(mlp(p, flat(images), hidden), labels);
    },
    data: batches(train, { size: 128, rng: rng.split("data") }),
    optimiser: adamw(schedule.warmupCosine(1.5e-3, { warmup: 100, total: steps }), { mask: onlyMatrices }),
    steps,
    rng: rng.split("noise"),
    onStep: teller(say, 100),
  });
  return (images) => mlp(params, flat(images));
}

interface Cnn<T> {
  readonly stages: readonly { readonly conv: Conv<T>; readonly norm: BatchNorm<T> }[];
  readonly head: readonly [Linear<T>, Linear<T>];
}

type Statistics<T> = readonly BatchStatistics<T>[];

const channels = [24, 48, 64];

function initCnn(rng: Rng): { params: Cnn<Tensor>; statistics: Statistics<Tensor> } {
  const norms = channels.map((n) => init.batchNorm(n));
  const stages = channels.map((n, i) => ({
    conv: init.conv(rng.split(i), channels[i - 1] ?? 1, n, 3, { bias: false }),
    norm: norms[i].params,
  }));
  const head = [init.linear(rng.split("hidden"), 64 * 9, 128), init.linear(rng.split("head"), 128, 10)] as const;
  return { params: { stages, head }, statistics: norms.map(({ statistics }) => statistics) };
}

/** @param noise when it is trained: some images are mirrored, some units dropped, and batches normalise themselves */
function cnn(p: Cnn<Value | Tensor>, before: Statistics<Value | Tensor>, images: Value, noise?: Noise) {
  const x = standardised(images).unsqueeze(1);
  let h = noise === undefined ? x : mirrored(x, noise);
  const statistics = p.stages.map((stage, i) => {
    const pooled = maxPool(conv(stage.conv, h, { padding: "same" }), 2);
    const normalised = batchNorm(stage.norm, before[i], pooled, { training: noise !== undefined });
    h = normalised.y.relu();
    return normalised.statistics;
  });
  const features = linear(p.head[0], h.flatten()).relu();
  const kept = noise === undefined ? features : dropout(features, noise, 0.4);
  return { logits: linear(p.head[1], kept), statistics };
}

/** Each image left to right, or right to left. */
function mirrored(x: Value, noise: Noise): Value {
  const turned = x.slice([-1], [-29], [3], [-1]);
  return noise.bernoulli([x.shape[0], 1, 1, 1], 0.5).greater(0).where(x, turned);
}

async function learnCnn(train: Examples<Tensor>, say: (line: string) => void): Promise<Predict> {
  const rng = new Rng(seed);
  const { params: start, statistics } = initCnn(rng.split("weights"));
  const steps = 2400;
  const { params, state } = await fit({
    params: start,
    state: statistics,
    loss: (p, { images, labels }, { state: before, noise }) => {
      const { logits, statistics: after } = cnn(p, before, images, noise);
      return { loss: crossEntropy(logits, labels, { smoothing: 0.05 }), state: after };
    },
    data: batches(train, { size: 100, rng: rng.split("data") }),
    optimiser: adamw(schedule.warmupCosine(3e-3, { warmup: 100, total: steps }), { mask: onlyMatrices }),
    steps,
    rng: rng.split("noise"),
    onStep: teller(say),
  });
  return (images) => cnn(params, state, images).logits;
}
