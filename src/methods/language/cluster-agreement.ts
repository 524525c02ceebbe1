/** @file How well two ways to group the same points agree. */

import { CajalError } from "../../graph/index.ts";
import { classesOf, type Labels } from "./generalized-discrimination.ts";

/** How many points have the i-th label of one and the j-th of the other. */
function together(a: Labels, b: Labels): { counts: Float64Array; rows: Int32Array; columns: Int32Array } {
  if (a.length !== b.length || a.length === 0)
    throw new CajalError("argument", `${a.length} labels cannot be compared with ${b.length}`);
  const [left, right] = [classesOf(a), classesOf(b)];
  const counts = new Float64Array(left.names.length * right.names.length);
  for (const [i, label] of left.of.entries()) counts[label * right.names.length + right.of[i]]++;
  return { counts, rows: left.sizes, columns: right.sizes };
}

/** The adjusted Rand index (Hubert & Arabie 1985): 1 for the same groups, 0 on average for groups by chance. */
export function adjustedRand(a: Labels, b: Labels): number {
  const { counts, rows, columns } = together(a, b);
  const pairs = (sizes: ArrayLike<number>) => Array.from(sizes).reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const [both, inA, inB, all] = [pairs(counts), pairs(rows), pairs(columns), pairs([a.length])];
  const expected = all === 0 ? 0 : (inA * inB) / all;
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}

/** The share of points that have the most frequent class of their cluster. */
export function purity(clusters: Labels, classes: Labels): number {
  const { counts, rows } = together(clusters, classes);
  const width = counts.length / rows.length;
  let right = 0;
  for (let row = 0; row < rows.length; row++) right += Math.max(...counts.subarray(row * width, (row + 1) * width));
  return right / clusters.length;
}
