/** @file Dropout (Srivastava et al. 2014). */

import { CajalError, type Value } from "../../graph/index.ts";

/**
 * x where the mask keeps it, zero elsewhere, scaled so that the mean stays.
 * @param keep which elements stay: true or 1, each with probability 1 − rate; a shape that broadcasts to that of x
 * @param rate share of elements dropped
 */
export function dropout(x: Value, keep: Value, rate: number): Value {
  if (!(rate >= 0 && rate < 1)) throw new CajalError("argument", `dropout: the rate is ${rate}, not in [0, 1)`);
  return rate === 0 ? x : x.mul(keep.cast(x.dtype).mul(1 / (1 - rate)));
}
