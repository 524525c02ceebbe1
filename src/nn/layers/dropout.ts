/** @file Dropout (Srivastava et al. 2014). */

import { CajalError, Noise, type Value } from "../../graph/index.ts";

/**
 * x where the mask keeps it, zero elsewhere, scaled so that the mean stays.
 * @param keep which elements stay: noise to draw them from; or a mask, true or 1 with probability 1 − rate, that broadcasts to x
 * @param rate share of elements dropped
 */
export function dropout(x: Value, keep: Value | Noise, rate: number): Value {
  if (!(rate >= 0 && rate < 1)) throw new CajalError("argument", `dropout: the rate is ${rate}, not in [0, 1)`);
  if (rate === 0) return x;
  const mask = keep instanceof Noise ? keep.bernoulli(x.shape, 1 - rate) : keep;
  return x.mul(mask.cast(x.dtype).mul(1 / (1 - rate)));
}
