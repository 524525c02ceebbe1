/** @file Silhouettes (Rousseeuw 1987): how much nearer points are to their own cluster than to the next one. */

import { CajalError, type Tensor } from "../../../graph/index.ts";

/**
 * Of each point (b − a) / max(a, b): a is its mean distance to the others of its cluster, b that to the nearest other cluster; 0 where it is alone.
 * @param x [n, d]
 * @throws CajalError `argument` when labels are not one for each point
 */
export function silhouettes(x: Tensor, labels: ArrayLike<number>): Float64Array {
  const [n, d] = x.shape;
  if (labels.length !== n) throw new CajalError("argument", `silhouettes: ${labels.length} labels for ${n} points`);
  const data = x.numbers();
  let clusters = 0;
  for (let i = 0; i < n; i++) clusters = Math.max(clusters, labels[i] + 1);
  const sizes = new Float64Array(clusters);
  for (let i = 0; i < n; i++) sizes[labels[i]]++;
  const sums = new Float64Array(n * clusters);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) square += (data[i * d + k] - data[j * d + k]) ** 2;
      const distance = Math.sqrt(square);
      sums[i * clusters + labels[j]] += distance;
      sums[j * clusters + labels[i]] += distance;
    }
  return Float64Array.from({ length: n }, (_, i) => {
    const own = labels[i];
    if (sizes[own] < 2) return 0;
    let other = Number.POSITIVE_INFINITY;
    for (let c = 0; c < clusters; c++)
      if (c !== own && sizes[c] > 0) other = Math.min(other, sums[i * clusters + c] / sizes[c]);
    if (other === Number.POSITIVE_INFINITY) return 0;
    const within = sums[i * clusters + own] / (sizes[own] - 1);
    return Math.max(within, other) > 0 ? (other - within) / Math.max(within, other) : 0;
  });
}

/** The mean over all points. */
export function meanSilhouette(x: Tensor, labels: ArrayLike<number>): number {
  const all = silhouettes(x, labels);
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}
