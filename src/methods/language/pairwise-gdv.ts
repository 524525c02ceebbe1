/** @file The generalized discrimination value as its formula stands, pair by pair: what the fast one is held against. */

import type { Tensor } from "../../graph/index.ts";

/** GDV by double loops over points and dimensions, in float64. */
export function pairwiseGdv(x: Tensor, labels: readonly (string | number)[]): number {
  const [points, all] = x.shape;
  const numbers = x.numbers();
  const columns = Array.from({ length: all }, (_, k) => Array.from({ length: points }, (_, i) => numbers[i * all + k]));
  const scaled = columns
    .filter((column) => new Set(column).size > 1)
    .map((column) => {
      const mean = column.reduce((a, b) => a + b) / points;
      const deviation = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / points);
      return column.map((v) => (0.5 * (v - mean)) / deviation);
    });
  const distance = (i: number, j: number) => Math.sqrt(scaled.reduce((sum, s) => sum + (s[i] - s[j]) ** 2, 0));
  const classes = [...new Set(labels)].map((name) => Array.from(labels.keys()).filter((i) => labels[i] === name));
  const meanOf = (pairs: readonly (readonly [number, number])[]) =>
    pairs.reduce((sum, [i, j]) => sum + distance(i, j), 0) / pairs.length;
  const intra = classes.map((c) => meanOf(c.flatMap((i, at) => c.slice(at + 1).map((j) => [i, j] as const))));
  const inter = classes.flatMap((a, at) =>
    classes.slice(at + 1).map((b) => meanOf(a.flatMap((i) => b.map((j) => [i, j] as const)))),
  );
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  return (mean(intra) - mean(inter)) / Math.sqrt(scaled.length);
}
