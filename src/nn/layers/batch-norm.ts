/** @file Batch normalisation (Ioffe & Szegedy 2015), and how it disappears into the convolution before it. */

import { Tensor, type Value } from "../../graph/index.ts";
import type { Conv } from "./conv.ts";

/** Learned: scale γ and shift β, each [channels]. */
export interface BatchNorm<T> {
  readonly scale: T;
  readonly shift: T;
}

/** Running mean and variance, each [channels]: what is known of all batches seen. Not learned by gradients. */
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

export interface BatchNormOptions {
  /** By the batch's own mean and variance, which the running ones then take in; else by the running ones, which stay. */
  readonly training: boolean;
  /** Share of the running statistics that is kept. Default 0.9. */
  readonly momentum?: number;
}

/** x [N, channels, …] normalised per channel, scaled and shifted. */
export function batchNorm(
  p: BatchNorm<Value | Tensor>,
  statistics: BatchStatistics<Value | Tensor>,
  x: Value,
  { training, momentum = 0.9 }: BatchNormOptions,
): { y: Value; statistics: BatchStatistics<Value> } {
  const lifted = [p.scale, p.shift, statistics.mean, statistics.variance].map((t) => x.tracer.lift(t, x.dtype));
  const attributes = { training_mode: training ? 1 : 0, epsilon, momentum };
  const results = x.tracer.emitAll("BatchNormalization", [x, ...lifted], attributes, training ? 3 : 1);
  const [y, mean = lifted[2], variance = lifted[3]] = results;
  return { y, statistics: { mean, variance } };
}

/** The one convolution that does what the convolution and the normalisation by running statistics do. */
export function foldBatchNorm(
  conv: Conv<Tensor>,
  norm: BatchNorm<Tensor>,
  statistics: BatchStatistics<Tensor>,
): Conv<Tensor> & { readonly bias: Tensor } {
  const [scale, shift, mean, variance] = [norm.scale, norm.shift, statistics.mean, statistics.variance].map((t) =>
    t.numbers(),
  );
  const bias = conv.bias?.numbers() ?? new Float64Array(scale.length);
  const factor = scale.map((s, i) => s / Math.sqrt(variance[i] + epsilon));
  const perChannel = conv.weight.size / factor.length;
  return {
    weight: Tensor.of(
      conv.weight.numbers().map((v, i) => v * factor[Math.floor(i / perChannel)]),
      conv.weight.shape,
    ),
    bias: Tensor.of(
      factor.map((f, i) => (bias[i] - mean[i]) * f + shift[i]),
      [factor.length],
    ),
  };
}
