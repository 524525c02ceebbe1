/** @file How far two partitions of the same things agree, whatever their groups are called: clusters against classes, communities against communities. */

import { CajalError } from "../graph/index.ts";

/** The group of each thing: names or numbers. */
export type Labels = ArrayLike<string | number>;

/** The same groups as numbers 0, 1, 2, … in the order in which they first occur. */
export function canonicalLabels(labels: Labels): Int32Array {
  const names = new Map<string | number, number>();
  return Int32Array.from({ length: labels.length }, (_, v) => {
    const label = names.get(labels[v]) ?? names.size;
    names.set(labels[v], label);
    return label;
  });
}

export function groupCount(labels: Labels): number {
  return new Set(Array.from(labels)).size;
}

/**
 * Normalised mutual information, 2·I(a; b) / (H(a) + H(b)): 1 for equal partitions, 0 for independent ones. Two partitions into a single
 * group are equal.
 * @throws CajalError `shape` when they are not of equally many things
 */
export function normalisedMutualInformation(a: Labels, b: Labels): number {
  const { joint, first, second, n } = contingency(a, b);
  let information = 0;
  for (const [key, count] of joint) {
    const [r, s] = [Math.floor(key / second.length), key % second.length];
    information += (count / n) * Math.log((count * n) / (first[r] * second[s]));
  }
  const entropy = entropyOf(first, n) + entropyOf(second, n);
  return entropy === 0 ? 1 : Math.max(0, (2 * information) / entropy);
}

/**
 * The adjusted Rand index: 1 for equal partitions, 0 on average for random ones with the same group sizes. Hubert & Arabie 1985.
 * @throws CajalError `shape` when they are not of equally many things
 */
export function adjustedRandIndex(a: Labels, b: Labels): number {
  const { joint, first, second, n } = contingency(a, b);
  const pairs = (counts: Iterable<number>) => Array.from(counts).reduce((sum, c) => sum + (c * (c - 1)) / 2, 0);
  const [together, inFirst, inSecond] = [pairs(joint.values()), pairs(first), pairs(second)];
  const expected = n > 1 ? (inFirst * inSecond) / ((n * (n - 1)) / 2) : 0;
  const most = (inFirst + inSecond) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}

/** The share of things that have the most frequent class of their cluster. @throws CajalError `shape` when they are not of equally many things */
export function purity(clusters: Labels, classes: Labels): number {
  const { joint, first, second, n } = contingency(clusters, classes);
  const most = new Float64Array(first.length);
  for (const [key, count] of joint) {
    const cluster = Math.floor(key / second.length);
    most[cluster] = Math.max(most[cluster], count);
  }
  return most.reduce((sum, count) => sum + count, 0) / n;
}

function contingency(a: Labels, b: Labels) {
  if (a.length !== b.length || a.length === 0)
    throw new CajalError("shape", `partitions of ${a.length} and ${b.length} things cannot be compared`);
  const [x, y] = [canonicalLabels(a), canonicalLabels(b)];
  const first = new Float64Array(Math.max(...x) + 1);
  const second = new Float64Array(Math.max(...y) + 1);
  const joint = new Map<number, number>();
  for (let v = 0; v < x.length; v++) {
    first[x[v]]++;
    second[y[v]]++;
    const key = x[v] * second.length + y[v];
    joint.set(key, (joint.get(key) ?? 0) + 1);
  }
  return { joint, first, second, n: a.length };
}

function entropyOf(counts: Float64Array, n: number): number {
  return counts.reduce((sum, c) => sum - (c / n) * Math.log(c / n), 0);
}
