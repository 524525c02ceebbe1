/**
 * @file Dead features are given inputs that are badly explained (Bricken et al. 2023): directions, encoder, and an optimiser that knows nothing of
 * what they were.
 */

import { compile, type Rng, Tensor, type Value } from "../../../graph/index.ts";
import { type Learned, type Sparsity, saeLoss } from "./loss.ts";

export interface ResampleOptions {
  /** Training steps between counts of who fires. */
  readonly every: number;
  /** Most often. */
  readonly times: number;
  /** A feature is dead that fired at no larger share of the vectors since the last count. Default 1e-6, but 8 vectors at least. */
  readonly rate?: number;
  /** Batches that are searched for badly explained inputs. Default 100. */
  readonly batches?: number;
  /** A new encoder column's length, as a share of the mean of those alive. Default 0.2. */
  readonly scale?: number;
}

/** Numbers of inputs drawn without replacement, with chances as their weights (Efraimidis & Spirakis 2006). Fewer when fewer have weight. */
export function drawWithout(weights: ArrayLike<number>, count: number, rng: Rng): number[] {
  const keys: { readonly key: number; readonly i: number }[] = [];
  for (let i = 0; i < weights.length; i++) {
    const draw = -Math.log(1 - rng.random());
    if (weights[i] > 0) keys.push({ key: draw / weights[i], i });
  }
  return keys
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ i }) => i);
}

/** ‖z − ẑ‖² of each scaled vector of batches, with the vectors. */
export async function badlyExplained(
  learned: Learned<Tensor>,
  sparsity: Sparsity,
  batches: readonly Tensor[],
): Promise<{ readonly errors: Float64Array; readonly row: (i: number) => Float32Array }> {
  const [size, width] = batches[0].shape;
  const run = compile((p: Learned<Value>, z: Value) => {
    const { features } = saeLoss(p, z, sparsity, z.tracer.lift(0, "float32"));
    return z.sub(features.matmul(p.decoder).add(p.decoderBias)).square().sum(-1);
  });
  try {
    const errors = new Float64Array(size * batches.length);
    for (const [i, z] of batches.entries()) errors.set((await run(learned, z)).numbers(), i * size);
    const row = (i: number) =>
      (batches[Math.floor(i / size)].data as Float32Array).subarray((i % size) * width, ((i % size) + 1) * width);
    return { errors, row };
  } finally {
    await run.release();
  }
}

/**
 * The dictionary with dead features replaced: rows of W_d along (z − b_d) of inputs drawn with chances as their squared losses, columns of W_e along
 * them, b_e 0.
 */
export function replaced(
  learned: Learned<Tensor>,
  dead: readonly number[],
  inputs: readonly Float32Array[],
  scale: number,
  logThreshold: number,
): Learned<Tensor> {
  const [width, features] = learned.encoder.shape;
  const copy = (tensor: Tensor) => (tensor.data as Float32Array).slice();
  const [encoder, bias, decoder] = [learned.encoder, learned.encoderBias, learned.decoder].map(copy);
  const thresholds = learned.logThreshold.map(copy);
  const isDead = new Set(dead);
  const squares = new Float64Array(features);
  for (let j = 0; j < width; j++) for (let i = 0; i < features; i++) squares[i] += encoder[j * features + i] ** 2;
  const alive = Array.from(squares, Math.sqrt).filter((_, i) => !isDead.has(i));
  const length = alive.length === 0 ? 1 : alive.reduce((sum, norm) => sum + norm, 0) / alive.length;
  const centre = learned.decoderBias.numbers();
  for (const [k, input] of inputs.entries()) {
    const i = dead[k];
    const direction = Array.from(input, (value, j) => value - centre[j]);
    const norm = Math.hypot(...direction) || 1;
    for (let j = 0; j < width; j++) {
      decoder[i * width + j] = direction[j] / norm;
      encoder[j * features + i] = (direction[j] / norm) * scale * length;
    }
    bias[i] = 0;
    for (const threshold of thresholds) threshold[i] = logThreshold;
  }
  const as = (like: Tensor, data: Float32Array) => new Tensor("float32", like.shape, data);
  return {
    encoder: as(learned.encoder, encoder),
    encoderBias: as(learned.encoderBias, bias),
    decoder: as(learned.decoder, decoder),
    decoderBias: learned.decoderBias,
    logThreshold: learned.logThreshold.map((like, k) => as(like, thresholds[k])),
  };
}

/** Moments of gradients, a tree like the parameters, with those of some features at zero. */
export function forgotten(moments: Learned<Tensor>, features: readonly number[]): Learned<Tensor> {
  const { encoder, encoderBias, decoder, decoderBias, logThreshold } = moments;
  const [width, count] = encoder.shape;
  const zeroed = (tensor: Tensor, places: (feature: number) => Iterable<number>) => {
    const data = (tensor.data as Float32Array).slice();
    for (const feature of features) for (const at of places(feature)) data[at] = 0;
    return new Tensor(tensor.dtype, tensor.shape, data);
  };
  const range = (from: number, step: number) => Array.from({ length: width }, (_, j) => from + j * step);
  return {
    encoder: zeroed(encoder, (i) => range(i, count)),
    encoderBias: zeroed(encoderBias, (i) => [i]),
    decoder: zeroed(decoder, (i) => range(i * width, 1)),
    decoderBias,
    logThreshold: logThreshold.map((tensor) => zeroed(tensor, (i) => [i])),
  };
}
