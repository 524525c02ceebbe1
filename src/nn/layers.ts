/** @file Layers: an initialiser that makes parameters and a function that applies them, always in pairs. */

import { type Rng, Tensor, type Value } from "../graph/index.ts";

/** A dense layer's parameters: weight [in, out], bias [out]. */
export interface Linear<T> {
  readonly weight: T;
  readonly bias: T;
}

/** A convolution's parameters: weight [out, in, kernel, kernel], bias [out]. */
export interface Conv<T> {
  readonly weight: T;
  readonly bias: T;
}

/** Weights from N(0, 2/in), so that ReLU keeps the variance (He et al. 2015); zero bias. */
export function initLinear(rng: Rng, inputs: number, outputs: number): Linear<Tensor> {
  return { weight: rng.normal([inputs, outputs], 0, Math.sqrt(2 / inputs)), bias: Tensor.zeros([outputs]) };
}

/** x [batch, in] → [batch, out]. */
export function linear(p: Linear<Value | Tensor>, x: Value): Value {
  return x.matmul(p.weight).add(p.bias);
}

/** Weights from N(0, 2/(in·kernel²)); zero bias. */
export function initConv(rng: Rng, inputs: number, outputs: number, kernel: number): Conv<Tensor> {
  const deviation = Math.sqrt(2 / (inputs * kernel * kernel));
  return { weight: rng.normal([outputs, inputs, kernel, kernel], 0, deviation), bias: Tensor.zeros([outputs]) };
}

export interface ConvOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
}

/** x [batch, in, H, W] → [batch, out, H', W']. */
export function conv(
  p: Conv<Value | Tensor>,
  x: Value,
  { stride = 1, padding = 0, dilation = 1 }: ConvOptions = {},
): Value {
  return x.op("Conv", [p.weight, p.bias], {
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    dilations: [dilation, dilation],
  });
}
