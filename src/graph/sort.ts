/** @file Sorting and ranking along an axis. */

import type { Value } from "./value.ts";

export interface TopKOptions {
  /** Default: the last. */
  readonly axis?: number;
  /** Default true; false: the smallest. */
  readonly largest?: boolean;
}

/**
 * The `k` largest (or smallest) elements along an axis, in order, and their places there (int64); of equal ones the first comes first.
 * [.., n, ..] gives two of [.., k, ..]. The derivative goes to the elements that were picked.
 * @throws CajalError `shape` when the axis has fewer than `k` elements
 */
export function topK(x: Value, k: number, options: TopKOptions = {}): { values: Value; indices: Value } {
  const { axis = -1, largest = true } = options;
  const count = x.tracer.constant([k], "int64");
  const [values, indices] = x.tracer.emitAll("TopK", [x, count], { axis, largest: largest ? 1 : 0 }, 2);
  return { values, indices };
}

export interface SortOptions {
  /** Default: the last. */
  readonly axis?: number;
  /** Default false: ascending. */
  readonly descending?: boolean;
}

/** The elements in order along an axis. [.., n, ..] gives [.., n, ..]. */
export function sort(x: Value, options?: SortOptions): Value {
  return sorted(x, options).values;
}

/** The places (int64) along an axis from which `sort` takes the elements; equal ones keep their order. [.., n, ..] gives [.., n, ..]. */
export function argsort(x: Value, options?: SortOptions): Value {
  return sorted(x, options).indices;
}

function sorted(x: Value, { axis = -1, descending = false }: SortOptions = {}) {
  return topK(x, x.shape.at(axis) ?? 0, { axis, largest: descending });
}
