/** @file The dense layer. */

import { type Rng, Tensor, type Value } from "../../graph/index.ts";
import { he, type Initialiser } from "../initialisers.ts";

/** weight [in, out], bias [out] if any. */
export interface Linear<T> {
  readonly weight: T;
  readonly bias?: T;
}

export interface LayerOptions {
  /** Default: he(). */
  readonly weight?: Initialiser;
  /** Whether there is one; it begins as zero. Default true. */
  readonly bias?: boolean;
}

export function initLinear(
  rng: Rng,
  inputs: number,
  outputs: number,
  { weight = he(), bias = true }: LayerOptions = {},
): Linear<Tensor> {
  const weights = weight(rng, [inputs, outputs], { inputs, outputs });
  return bias ? { weight: weights, bias: Tensor.zeros([outputs]) } : { weight: weights };
}

/** x [..., in] → x·W + b [..., out]. */
export function linear(p: Linear<Value | Tensor>, x: Value): Value {
  const y = x.matmul(p.weight);
  return p.bias === undefined ? y : y.add(p.bias);
}
