/**
 * @file Whether clusters of a map are apart. k-means cuts any cloud of points into pieces with mean silhouettes of 0.4 and more; but between the pieces of one
 * cloud there are points, between islands there are none.
 */

import type { Tensor } from "../../../graph/index.ts";

/**
 * The share of two clusters' points that lie in the middle third of the way from the mean of the one to the mean of the other: of the two halves of an evenly
 * filled strip 1/6, of islands 0. The largest over all pairs of clusters.
 * @param map [n, 2]
 * @param labels of each point, from 0
 */
export function widestBridge(map: Tensor, labels: ArrayLike<number>): number {
  const y = map.numbers();
  const members = new Map<number, number[]>();
  for (let i = 0; i < map.shape[0]; i++) members.set(labels[i], [...(members.get(labels[i]) ?? []), i]);
  const clusters = [...members.values()];
  let widest = 0;
  for (const [c, a] of clusters.entries())
    for (const b of clusters.slice(c + 1)) {
      const [from, to] = [meanOf(y, a), meanOf(y, b)];
      const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
      const length = dx * dx + dy * dy;
      const both = [...a, ...b];
      const between = both.filter((i) => {
        const way = ((y[2 * i] - from[0]) * dx + (y[2 * i + 1] - from[1]) * dy) / length;
        return way > 1 / 3 && way < 2 / 3;
      });
      widest = Math.max(widest, length > 0 ? between.length / both.length : 1);
    }
  return widest;
}

function meanOf(y: Float64Array, places: readonly number[]): readonly [number, number] {
  const mean = (axis: number) => places.reduce((sum, i) => sum + y[2 * i + axis] / places.length, 0);
  return [mean(0), mean(1)];
}
