/** @file A basis of one node: coordinates f̂ = (f, 1)·C of its rows, and the way back (f, 1) = f̂·C⁺. */

import type { DType, Shape } from "../../../graph/index.ts";
import { type Matrix, zeros } from "../matrix.ts";
import type { ChainNode } from "./chain.ts";

/**
 * A node's basis. Coordinate 0 is the constant direction: it carries the mean and the 1 on which the biases hang. It is neither ranked nor
 * dropped, and the other coordinates have mean 0.
 */
export interface LibLayer {
  /** The tensor's name in the model. */
  readonly tensor: string;
  /** Of one example: [d], [T, d] or [d, height, width]. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** [(d + 1) × r]: rows are the units and, last, the constant 1; f̂ = (f, 1)·C. */
  readonly C: Matrix;
  /** [r × (d + 1)] */
  readonly Cpinv: Matrix;
  /**
   * [r], descending from place 1 on. Λ: the variance of each coordinate, which is its effect on the next node (LIB); D: variances along
   * principal axes; variances of the units themselves (neurons). At place 0, and in an identity, 1.
   */
  readonly lambda: Float64Array;
  /** μ [d]: over examples and positions. Zeros in an identity. */
  readonly mean: Float64Array;
  /** What should be known before the figures are believed. */
  readonly warnings: readonly string[];
}

/**
 * @param axes [d × r]: f ↦ (f − μ)·axes
 * @param back [r × d]: the way back
 */
export function layerOf(
  { tensor, shape, dtype, units }: ChainNode,
  mean: Float64Array,
  axes: Matrix,
  back: Matrix,
  lambda: Float64Array,
  warnings: readonly string[] = [],
): LibLayer {
  const r = lambda.length;
  const C = zeros(units + 1, r + 1);
  const Cpinv = zeros(r + 1, units + 1);
  // Y subtracts the mean through the constant slot: the last row of C is e₀ − μ·axes.
  C.data[units * (r + 1)] = 1;
  Cpinv.data.set(mean, 0);
  Cpinv.data[units] = 1;
  for (let i = 0; i < units; i++)
    for (let j = 0; j < r; j++) {
      const value = axes.data[i * r + j];
      C.data[i * (r + 1) + 1 + j] = value;
      C.data[units * (r + 1) + 1 + j] -= mean[i] * value;
      Cpinv.data[(1 + j) * (units + 1) + i] = back.data[j * units + i];
    }
  return { tensor, shape, dtype, C, Cpinv, lambda: Float64Array.of(1, ...lambda), mean, warnings };
}
