/** @file The layer: a causal convolution over time whose kernels hold one weight and one delay for each synapse. */

import type { Tensor, Value } from "../../../graph/index.ts";
import { gaussianKernel, halfDelay, oneHotKernel } from "./delay-kernel.ts";

export interface DelayConvOptions {
  /** T_d, odd: delays are 0 … T_d − 1 steps. */
  readonly maxDelay: number;
  /** σ, steps: weights are spread over taps (training). Left out: positions are rounded, and each weight is on one tap. */
  readonly sigma?: Value | number;
  /** Steps that are added after the last one, so that late inputs still arrive. Default 0. */
  readonly tail?: number;
}

/**
 * I_o[t] = Σ_i Σ_n K_oi[n]·s_i[t − (T_d − 1) + n]: eq. 5 of arXiv:2306.17670.
 * @param x s [batch, inputs, T] @param weight W [outputs, inputs] @param position P [outputs, inputs], within ±⌊T_d/2⌋
 * @returns I [batch, outputs, T + tail]
 * @throws CajalError `argument` when the maximal delay is even
 */
export function delayConv(
  x: Value,
  weight: Value | Tensor,
  position: Value | Tensor,
  { maxDelay, sigma, tail = 0 }: DelayConvOptions,
): Value {
  halfDelay(maxDelay);
  const w = x.tracer.lift(weight, x.dtype);
  const kernel =
    sigma === undefined
      ? oneHotKernel(w, position, maxDelay)
      : gaussianKernel(w, x.tracer.lift(position, x.dtype), sigma, maxDelay);
  // A convolution of ONNX Runtime; patches and one product of matrices took as long or longer at these sizes.
  return x.op("Conv", [kernel], { kernel_shape: [maxDelay], pads: [maxDelay - 1, tail] });
}
