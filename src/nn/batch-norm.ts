/** @file Batch normalisation (Ioffe & Szegedy 2015) for training, and how it disappears into the convolution before it. */

import { mapLeaves, Tensor, type Value } from "../graph/index.ts";
import type { Conv } from "./layers.ts";

/** Learned: scale γ and shift β, each [channels]. */
export interface BatchNorm<T> {
  readonly scale: T;
  readonly shift: T;
}

/** Running mean and variance, each [channels]: what is known of all batches seen. */
export interface BatchStatistics<T> {
  readonly mean: T;
  readonly variance: T;
}

const epsilon = 1e-5;

export function initBatchNorm(channels: number): { params: BatchNorm<Tensor>; statistics: BatchStatistics<Tensor> } {
  return {
    params: { scale: Tensor.full([channels], 1), shift: Tensor.zeros([channels]) },
    statistics: { mean: Tensor.zeros([channels]), variance: Tensor.full([channels], 1) },
  };
}

/**
 * x [N, channels, …] normalised by the batch's own mean and variance, scaled and shifted.
 * @param momentum share of the running statistics that is kept. Default 0.9.
 */
export function batchNorm(
  p: BatchNorm<Value>,
  statistics: BatchStatistics<Value>,
  x: Value,
  momentum = 0.9,
): { y: Value; statistics: BatchStatistics<Value> } {
  const inputs = [x, p.scale, p.shift, statistics.mean, statistics.variance];
  const [y, mean, variance] = x.tracer.emitAll(
    "BatchNormalization",
    inputs,
    { training_mode: 1, epsilon, momentum },
    3,
  );
  return { y, statistics: { mean, variance } };
}

/** The one convolution that does what the convolution and the normalisation by running statistics do. */
export function foldBatchNorm(
  conv: Conv<Tensor>,
  norm: BatchNorm<Tensor>,
  statistics: BatchStatistics<Tensor>,
): Conv<Tensor> {
  const [scale, shift, mean, variance, bias] = [
    norm.scale,
    norm.shift,
    statistics.mean,
    statistics.variance,
    conv.bias,
  ].map((t) => t.numbers());
  const factor = scale.map((s, i) => s / Math.sqrt(variance[i] + epsilon));
  const perChannel = conv.weight.size / factor.length;
  return mapLeaves(conv, (leaf) => {
    const values = (leaf as Tensor).numbers();
    if (leaf === conv.bias)
      return Tensor.of(
        factor.map((f, i) => (bias[i] - mean[i]) * f + shift[i]),
        leaf.shape,
      );
    return Tensor.of(
      values.map((v, i) => v * factor[Math.floor(i / perChannel)]),
      leaf.shape,
    );
  }) as Conv<Tensor>;
}
