/** @file Stage 3: the neuron communities of an affinity pattern. */

import type { Rng } from "../../../graph/index.ts";
import { type WeightedSbm, type WeightedSbmOptions, weightedSbm } from "../block-model/index.ts";
import type { WeightedGraph } from "../weighted-graph.ts";

export interface PatternGraphOptions {
  /** The share of the pairs that are no edges: those of the lowest affinity. Default 0.75. */
  readonly sparsity?: number;
}

/**
 * The graph of a pattern: w_ij = max(0, f_ij − q) with q the pattern's quantile `sparsity`, of mean 1 over the edges that are left. Zeros are absent edges.
 * A dense graph hides the groups.
 * @param pattern by pair [P]
 */
export function patternGraph(
  pattern: ArrayLike<number>,
  pairs: { readonly i: Int32Array; readonly j: Int32Array },
  n: number,
  { sparsity = 0.75 }: PatternGraphOptions = {},
): WeightedGraph {
  const q = quantile(pattern, sparsity);
  const kept = Array.from({ length: pattern.length }, (_, p) => p).filter((p) => pattern[p] > q && pattern[p] > 0);
  const mean = kept.reduce((sum, p) => sum + pattern[p] - q, 0) / kept.length;
  return {
    n,
    i: Int32Array.from(kept, (p) => pairs.i[p]),
    j: Int32Array.from(kept, (p) => pairs.j[p]),
    w: Float64Array.from(kept, (p) => (pattern[p] - q) / mean),
  };
}

/** Linearly interpolated, as NumPy's. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const left = Math.floor(place);
  return sorted[left] + (place - left) * (sorted[Math.min(left + 1, sorted.length - 1)] - sorted[left]);
}

export interface CommunityOptions extends PatternGraphOptions, Omit<WeightedSbmOptions, "rng"> {}

/** The block model of a pattern's graph. */
export function patternCommunities(
  pattern: ArrayLike<number>,
  pairs: { readonly i: Int32Array; readonly j: Int32Array },
  n: number,
  options: CommunityOptions,
  rng: Rng,
): WeightedSbm {
  return weightedSbm(patternGraph(pattern, pairs, n, options), { ...options, rng });
}
