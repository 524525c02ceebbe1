/** @file The control for the basis of single units: the second net's layer turned by a random orthogonal matrix. */

import type { Rng } from "../../../graph/index.ts";
import { weights } from "../../../nn/index.ts";
import { type Matrix, reordered, transposed, zeros } from "../matrix.ts";
import { type JointStats, liveUnits } from "./joint-stats.ts";

/** A random orthogonal matrix, all alike likely. */
export function randomRotation(n: number, rng: Rng): Matrix {
  return { rows: n, columns: n, data: weights.orthogonal()(rng, [n, n], { inputs: n, outputs: n }).numbers() };
}

/**
 * The statistics if each unit of b were a random mixture of its layer's standardised units: z ← Qz. Nothing is lost, but the basis is another one.
 * Dead units of b stay out. Mutual information does not follow from correlations, and is gone.
 */
export function rotated({ a, b, cross, warnings }: JointStats, rng: Rng): JointStats {
  const live = liveUnits(b);
  const rotation = randomRotation(live.length, rng);
  const covariance = product(product(rotation, reordered(b.corr, live)), transposed(rotation));
  const all = Array.from({ length: cross.rows }, (_, i) => i);
  const between = product(reordered(cross, all, live), transposed(rotation));
  const n = live.length;
  const std = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance.data[i * n + i]));
  const corr = { ...covariance, data: covariance.data.map((v, at) => v / (std[Math.floor(at / n)] * std[at % n])) };
  return {
    a,
    b: { name: `${b.name}, rotated`, n: b.n, mean: new Float64Array(n), std, corr, dead: [] },
    cross: { ...between, data: between.data.map((value, at) => value / std[at % n]) },
    warnings,
  };
}

function product(x: Matrix, y: Matrix): Matrix {
  const result = zeros(x.rows, y.columns);
  for (let i = 0; i < x.rows; i++)
    for (let k = 0; k < x.columns; k++) {
      const factor = x.data[i * x.columns + k];
      for (let j = 0; j < y.columns; j++) result.data[i * y.columns + j] += factor * y.data[k * y.columns + j];
    }
  return result;
}
