/** @file Normalisations of each example by itself: layer, root-mean-square, group. */

import { CajalError, Tensor, type Value } from "../../graph/index.ts";

/** Learned scale and shift, each [width]. */
export interface LayerNorm<T> {
  readonly scale: T;
  readonly shift: T;
}

/** Learned scale [width]. */
export interface RmsNorm<T> {
  readonly scale: T;
}

export function initLayerNorm(width: number): LayerNorm<Tensor> {
  return { scale: Tensor.full([width], 1), shift: Tensor.zeros([width]) };
}

export function initRmsNorm(width: number): RmsNorm<Tensor> {
  return { scale: Tensor.full([width], 1) };
}

/** x [..., width] brought to mean 0 and variance 1 along the last axis, scaled and shifted (Ba et al. 2016). */
export function layerNorm(p: LayerNorm<Value | Tensor>, x: Value, epsilon = 1e-5): Value {
  return x.op("LayerNormalization", [p.scale, p.shift], { axis: -1, epsilon });
}

/** x [..., width] over its root mean square along the last axis, scaled (Zhang & Sennrich 2019). */
export function rmsNorm(p: RmsNorm<Value | Tensor>, x: Value, epsilon = 1e-5): Value {
  return x.mul(x.square().mean(-1, true).add(epsilon).sqrt().reciprocal()).mul(p.scale);
}

/** Learned scale and shift, each [channels]. */
export type GroupNorm<T> = LayerNorm<T>;

export function initGroupNorm(channels: number): GroupNorm<Tensor> {
  return initLayerNorm(channels);
}

/** x [N, channels, …] brought to mean 0 and variance 1 over each group of channels, scaled and shifted per channel (Wu & He 2018). */
export function groupNorm(p: GroupNorm<Value | Tensor>, x: Value, groups: number, epsilon = 1e-5): Value {
  if (x.shape[1] % groups !== 0)
    throw new CajalError("shape", `groupNorm: ${x.shape[1]} channels do not divide into ${groups} groups`);
  return x.op("GroupNormalization", [p.scale, p.shift], { num_groups: groups, epsilon });
}
