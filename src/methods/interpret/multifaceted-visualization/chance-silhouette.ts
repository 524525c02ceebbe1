/**
 * @file How good the division of a map looks that has no clusters. k-means cuts any cloud of points into pieces, and pieces of an evenly filled disc have mean
 * silhouettes of about 0.4: a map has facets only where it is better than that (the idea of the gap statistic, Tibshirani et al. 2001).
 */

import { Rng, Tensor } from "../../../graph/index.ts";
import { kMeans } from "../../../nn/index.ts";
import { meanSilhouette } from "./silhouette.ts";

const draws = 3;

/**
 * Mean silhouettes for each number of clusters in as many points, evenly spread over an ellipse as long and as wide as the map.
 * @param map [n, 2]
 */
export function chanceSilhouettes(map: Tensor, counts: readonly number[], seed: number): number[] {
  const clouds = Array.from({ length: draws }, (_, i) => evenEllipse(map, new Rng(seed).split(i)));
  return counts.map(
    (k) =>
      clouds.reduce((sum, cloud) => sum + meanSilhouette(cloud, kMeans(cloud, k, { seed }).labels), 0) / clouds.length,
  );
}

/** Points [n, 2] with the covariance of the map's, evenly spread over an ellipse. */
function evenEllipse(map: Tensor, rng: Rng): Tensor {
  const y = map.numbers();
  const n = map.shape[0];
  const mean = [0, 1].map((axis) => y.reduce((sum, v, i) => (i % 2 === axis ? sum + v / n : sum), 0));
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [y[2 * i] - mean[0], y[2 * i + 1] - mean[1]];
    xx += (dx * dx) / n;
    xy += (dx * dy) / n;
    yy += (dy * dy) / n;
  }
  // The covariance is L·Lᵀ; that of an even disc of radius 2 is 1.
  const a = Math.sqrt(xx);
  const b = a > 0 ? xy / a : 0;
  const c = Math.sqrt(Math.max(0, yy - b * b));
  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    const [radius, angle] = [2 * Math.sqrt(rng.random()), 2 * Math.PI * rng.random()];
    const [u, v] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    points[2 * i] = a * u;
    points[2 * i + 1] = b * u + c * v;
  }
  return new Tensor("float64", [n, 2], points);
}
