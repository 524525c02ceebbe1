/** @file k-means (Lloyd 1982), begun by k-means++ (Arthur & Vassilvitskii 2007), the best of several starts. */

import { CajalError, Rng, type Tensor } from "../graph/index.ts";

export interface KMeansOptions {
  /** Starts. Default 20. */
  readonly restarts?: number;
  /** Steps of each, at most. Default 100. */
  readonly iterations?: number;
  /** Default 0. */
  readonly seed?: number;
}

export interface Clusters {
  /** Of each point, from 0. */
  readonly labels: Int32Array;
  /** Sum of squared distances to the clusters' means. */
  readonly inertia: number;
}

/** @param x [points, dimensions]. @throws CajalError `argument` when there are fewer points than clusters */
export function kMeans(x: Tensor, k: number, options: KMeansOptions = {}): Clusters {
  if (x.shape.length !== 2 || x.size === 0)
    throw new CajalError("shape", `kMeans: ${x} is no matrix [points, dimensions]`);
  const [points, dimensions] = x.shape;
  const { restarts = 20, iterations = 100, seed = 0 } = options;
  if (!(Number.isInteger(k) && k >= 1 && k <= points))
    throw new CajalError("argument", `kMeans: ${points} points do not make ${k} clusters`);
  const data = x.numbers();
  const rng = new Rng(seed);
  let best: Clusters | undefined;
  for (let start = 0; start < Math.max(1, restarts); start++) {
    const found = lloyd(data, points, dimensions, seeded(data, points, dimensions, k, rng.split(start)), iterations);
    if (best === undefined || found.inertia < best.inertia) best = found;
  }
  return best as Clusters;
}

/** The first means: points at random, with probabilities like their squared distance to the nearest one so far. */
function seeded(data: Float64Array, points: number, dimensions: number, k: number, rng: Rng): Float64Array {
  const means = new Float64Array(k * dimensions);
  const nearest = new Float64Array(points).fill(Number.POSITIVE_INFINITY);
  let chosen = rng.int(0, points);
  for (let c = 0; c < k; c++) {
    means.set(data.subarray(chosen * dimensions, (chosen + 1) * dimensions), c * dimensions);
    let total = 0;
    for (let i = 0; i < points; i++) {
      nearest[i] = Math.min(nearest[i], squared(data, i * dimensions, means, c * dimensions, dimensions));
      total += nearest[i];
    }
    let left = rng.random() * total;
    chosen = nearest.findIndex((d) => {
      left -= d;
      return left < 0;
    });
    // Where all points are at means already, any will do.
    if (chosen < 0) chosen = rng.int(0, points);
  }
  return means;
}

function lloyd(
  data: Float64Array,
  points: number,
  dimensions: number,
  means: Float64Array,
  iterations: number,
): Clusters {
  const k = means.length / dimensions;
  const labels = new Int32Array(points).fill(-1);
  let inertia = 0;
  for (let iteration = 0; iteration < iterations; iteration++) {
    let changed = false;
    inertia = 0;
    for (let i = 0; i < points; i++) {
      let [best, at] = [Number.POSITIVE_INFINITY, 0];
      for (let c = 0; c < k; c++) {
        const d = squared(data, i * dimensions, means, c * dimensions, dimensions);
        if (d < best) [best, at] = [d, c];
      }
      inertia += best;
      if (labels[i] !== at) changed = true;
      labels[i] = at;
    }
    if (!changed) break;
    move(means, data, labels, dimensions);
  }
  return { labels, inertia };
}

/** Each mean to the middle of its points; one without points stays. */
function move(means: Float64Array, data: Float64Array, labels: Int32Array, dimensions: number): void {
  const sums = new Float64Array(means.length);
  const counts = new Int32Array(means.length / dimensions);
  for (const [i, c] of labels.entries()) {
    counts[c]++;
    for (let d = 0; d < dimensions; d++) sums[c * dimensions + d] += data[i * dimensions + d];
  }
  for (const [c, count] of counts.entries())
    if (count > 0) for (let d = c * dimensions; d < (c + 1) * dimensions; d++) means[d] = sums[d] / count;
}

function squared(a: Float64Array, from: number, b: Float64Array, to: number, length: number): number {
  let sum = 0;
  for (let d = 0; d < length; d++) sum += (a[from + d] - b[to + d]) ** 2;
  return sum;
}
