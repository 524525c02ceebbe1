/**
 * @file Nodes in parts of one size, so that those in a part belong together: the weight between nodes of one part is largest. Begun by growing
 * parts, then improved by exchanging pairs (Kernighan & Lin 1970).
 *
 * With the inner products of points as weights this is k-means with clusters of equal sizes: for parts of s points,
 * Σ‖x − mean‖² = Σ‖x‖² − Σ_parts Σ_{i,j} x_i·x_j / s.
 */

import { CajalError, Rng, type Tensor } from "../graph/index.ts";

export interface BalancedPartitionOptions {
  /** Starts; the best counts. Default 4. */
  readonly restarts?: number;
  /** Times that all pairs are tried, at most. Default 50. */
  readonly sweeps?: number;
  /** Default 0. */
  readonly seed?: number;
}

export interface BalancedPartition {
  /** The part of each node, from 0. */
  readonly labels: Int32Array;
  /** Sum of the weights of all pairs within parts. */
  readonly within: number;
}

/**
 * @param weights symmetric [nodes, nodes]; the diagonal does not matter
 * @param size nodes of a part; it divides their number
 * @throws CajalError `shape` when it is no square matrix, `argument` when the size does not divide
 */
export function balancedPartition(
  weights: Tensor,
  size: number,
  options: BalancedPartitionOptions = {},
): BalancedPartition {
  const [n, columns] = weights.shape;
  if (weights.shape.length !== 2 || n !== columns || n === 0)
    throw new CajalError("shape", `balancedPartition: ${weights} is no matrix [nodes, nodes]`);
  if (!Number.isInteger(size) || size < 1 || n % size !== 0)
    throw new CajalError("argument", `balancedPartition: ${n} nodes make no parts of ${size}`);
  const { restarts = 4, sweeps = 50, seed = 0 } = options;
  const w = weights.numbers();
  const rng = new Rng(seed);
  let best: BalancedPartition | undefined;
  for (let start = 0; start < Math.max(1, restarts); start++) {
    const labels = grown(w, n, size, rng.split(start));
    exchange(w, labels, n / size, sweeps);
    const within = weightWithin(w, labels);
    if (best === undefined || within > best.within) best = { labels, within };
  }
  return best as BalancedPartition;
}

/** Parts one after the other: a node at random, then always the one that has most weight to the part. */
function grown(w: Float64Array, n: number, size: number, rng: Rng): Int32Array {
  const labels = new Int32Array(n).fill(-1);
  const order = rng.permutation(n);
  for (let part = 0; part < n / size; part++) {
    const toPart = new Float64Array(n);
    let next = order.find((node) => labels[node] < 0) ?? 0;
    for (let count = 1; ; count++) {
      labels[next] = part;
      if (count === size) break;
      let best = -1;
      for (let i = 0; i < n; i++) {
        if (labels[i] >= 0) continue;
        toPart[i] += w[i * n + next];
        if (best < 0 || toPart[i] > toPart[best]) best = i;
      }
      next = best;
    }
  }
  return labels;
}

/** Exchanges two nodes of different parts wherever that adds weight, until no pair does. */
function exchange(w: Float64Array, labels: Int32Array, parts: number, sweeps: number): void {
  const n = labels.length;
  // The weight of each node to each part, itself left out.
  const to = new Float64Array(n * parts);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) to[i * parts + labels[j]] += w[i * n + j];
  // Gains below this are rounding, and would let nodes wander for ever.
  const least = 1e-12 * to.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let changed = false;
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++) {
        const [a, b] = [labels[i], labels[j]];
        if (a === b) continue;
        const gain = to[i * parts + b] - to[i * parts + a] + to[j * parts + a] - to[j * parts + b] - 2 * w[i * n + j];
        if (gain <= least) continue;
        labels[i] = b;
        labels[j] = a;
        changed = true;
        for (let k = 0; k < n; k++) {
          const [toI, toJ] = [k === i ? 0 : w[k * n + i], k === j ? 0 : w[k * n + j]];
          to[k * parts + a] += toJ - toI;
          to[k * parts + b] += toI - toJ;
        }
      }
    if (!changed) break;
  }
}

function weightWithin(w: Float64Array, labels: Int32Array): number {
  const n = labels.length;
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) if (labels[i] === labels[j]) sum += w[i * n + j];
  return sum;
}
