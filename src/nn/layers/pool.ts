/** @file Pooling: the largest or the mean of each window. */

import type { Value } from "../../graph/index.ts";
import { type ConvOptions, type PerAxis, perAxis, windowAttributes } from "./conv.ts";

export interface PoolOptions {
  /** Default: the window's size, so that windows don't overlap. */
  readonly stride?: PerAxis;
  /** As of a convolution; what lies outside is not counted. Default 0. */
  readonly padding?: ConvOptions["padding"];
}

/** x [batch, channels, …] → the largest of each window. */
export function maxPool(x: Value, window: PerAxis, options: PoolOptions = {}): Value {
  return x.op("MaxPool", [], poolAttributes("maxPool", x, window, options));
}

/** x [batch, channels, …] → the mean of each window. */
export function averagePool(x: Value, window: PerAxis, options: PoolOptions = {}): Value {
  return x.op("AveragePool", [], poolAttributes("averagePool", x, window, options));
}

/** x [batch, channels, …] → the mean of each channel [batch, channels]. */
export function globalAveragePool(x: Value): Value {
  return x.mean(x.shape.slice(2).map((_, i) => i + 2));
}

function poolAttributes(name: string, x: Value, window: PerAxis, { stride = window, padding }: PoolOptions) {
  const kernel = perAxis(name, "the window", window, x.rank - 2);
  return { kernel_shape: kernel, ...windowAttributes(name, x.shape.slice(2), kernel, { stride, padding }) };
}
