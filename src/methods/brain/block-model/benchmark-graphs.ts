/** @file Graphs with known groups: for what weights alone tell, what edges alone tell, and the weighted benchmark of Lancichinetti & Fortunato (2009, arXiv:0904.3940). */

import type { Rng } from "../../../graph/index.ts";
import type { WeightedGraph } from "../weighted-graph.ts";

export interface KnownGroups {
  readonly graph: WeightedGraph;
  /** [n] */
  readonly groups: Int32Array;
}

export interface PlantedGraphOptions {
  readonly n: number;
  /** Of equal size. */
  readonly groups: number;
  /** The probability of an edge within a group and between groups. */
  readonly edge: readonly [within: number, between: number];
  /** The mean of the exponential weights. Default: all weights are 1. */
  readonly weight?: readonly [within: number, between: number];
}

export function plantedGraph(rng: Rng, { n, groups, edge, weight }: PlantedGraphOptions): KnownGroups {
  const labels = Int32Array.from({ length: n }, (_, v) => Math.floor((v * groups) / n));
  const edges: [number, number, number][] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const kind = labels[i] === labels[j] ? 0 : 1;
      if (rng.random() >= edge[kind]) continue;
      edges.push([i, j, weight === undefined ? 1 : -weight[kind] * Math.log(1 - rng.random())]);
    }
  }
  return { graph: graphOf(n, edges), groups: labels };
}

function graphOf(n: number, edges: readonly (readonly [number, number, number])[]): WeightedGraph {
  return {
    n,
    i: Int32Array.from(edges, ([i]) => i),
    j: Int32Array.from(edges, ([, j]) => j),
    w: Float64Array.from(edges, ([, , w]) => w),
  };
}

export interface BenchmarkOptions {
  readonly n: number;
  readonly meanDegree: number;
  readonly maxDegree: number;
  /** Of the power laws of degrees and of group sizes. */
  readonly degreeExponent: number;
  readonly sizeExponent: number;
  /** μ_t and μ_w: the share of a node's edges, and of its strength, that goes to other groups. */
  readonly mixingTopology: number;
  readonly mixingWeights: number;
  /** β: a node of degree k has strength k^β. */
  readonly strengthExponent: number;
}

/**
 * A graph in the manner of the weighted LFR benchmark: degrees and group sizes follow power laws, each node has its share of edges and of strength outside
 * its group. Edges are drawn node by node, those with most left to place first; weights are scaled until strengths fit. Group sizes lie between the
 * smallest and the largest degree.
 */
export function benchmarkGraph(rng: Rng, options: BenchmarkOptions): KnownGroups {
  const { n, meanDegree, maxDegree, mixingTopology } = options;
  const least = leastDegree(meanDegree, maxDegree, options.degreeExponent);
  const degrees = Int32Array.from({ length: n }, () => powerLaw(rng, least, maxDegree, options.degreeExponent));
  const sizes = groupSizes(rng, n, Math.floor(least), Math.min(maxDegree, n), options.sizeExponent);
  const inside = degrees.map((k) => Math.round((1 - mixingTopology) * k));
  const groups = placeNodes(rng, inside, sizes);
  for (let v = 0; v < n; v++) inside[v] = Math.min(inside[v], sizes[groups[v]] - 1);
  const outside = degrees.map((k, v) => k - inside[v]);
  const linked = new Uint8Array(n * n);
  const edges = [
    ...wire(rng, inside, linked, (v, u) => groups[v] === groups[u]),
    ...wire(rng, outside, linked, (v, u) => groups[v] !== groups[u]),
  ];
  return { graph: graphOf(n, weigh(n, edges, groups, options)), groups };
}

/** P(k) ∝ k^−exponent from `least` to `most`; the lowest degree has the share of its weight that `least` leaves it. */
function powerLawWeights(least: number, most: number, exponent: number): { first: number; weights: Float64Array } {
  const first = Math.floor(least);
  const weights = Float64Array.from({ length: most - first + 1 }, (_, d) => (first + d) ** -exponent);
  weights[0] *= 1 - (least - first);
  return { first, weights };
}

function powerLaw(rng: Rng, least: number, most: number, exponent: number): number {
  const { first, weights } = powerLawWeights(least, most, exponent);
  let rest = rng.random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [d, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return first + d;
  }
  return most;
}

/** The lower end at which the power law has the mean that is asked for, by bisection. */
function leastDegree(mean: number, most: number, exponent: number): number {
  let [low, high] = [1, mean];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    const { first, weights } = powerLawWeights(middle, most, exponent);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const found = weights.reduce((sum, weight, d) => sum + weight * (first + d), 0) / total;
    if (found < mean) low = middle;
    else high = middle;
  }
  return low;
}

/** Sizes of at least two groups that add up to n. */
function groupSizes(rng: Rng, n: number, least: number, most: number, exponent: number): number[] {
  for (;;) {
    const sizes: number[] = [];
    let rest = n;
    while (rest > 0) {
      const size = Math.min(rest, powerLaw(rng, least, most, exponent));
      sizes.push(size);
      rest -= size;
    }
    if (sizes.length > 1 && sizes[sizes.length - 1] >= least) return sizes;
  }
}

/** Nodes of many edges choose first, among the groups that are large enough for them and have room. */
function placeNodes(rng: Rng, inside: Int32Array, sizes: readonly number[]): Int32Array {
  const room = [...sizes];
  const groups = new Int32Array(inside.length);
  const order = Array.from(rng.permutation(inside.length)).sort((a, b) => inside[b] - inside[a]);
  for (const v of order) {
    const open = room.flatMap((places, r) => (places > 0 ? [r] : []));
    const largest = Math.max(...open.map((r) => sizes[r]));
    const fitting = open.filter((r) => sizes[r] > inside[v] || sizes[r] === largest);
    groups[v] = rng.pick(fitting.flatMap((r) => Array.from({ length: room[r] }, () => r)));
    room[groups[v]]--;
  }
  return groups;
}

/** Edges for given degrees: the node with most left takes random partners, likelier those with more left. What finds no partner is dropped. */
function wire(
  rng: Rng,
  degrees: Int32Array,
  linked: Uint8Array,
  allowed: (v: number, u: number) => boolean,
): [number, number][] {
  const n = degrees.length;
  const left = degrees.slice();
  const edges: [number, number][] = [];
  for (;;) {
    const v = left.reduce((most, count, u) => (count > left[most] ? u : most), 0);
    if (left[v] <= 0) return edges;
    while (left[v] > 0) {
      const open = Array.from(left.keys()).filter((u) => u !== v && left[u] > 0 && !linked[v * n + u] && allowed(v, u));
      let rest = rng.random() * open.reduce((sum, u) => sum + left[u], 0);
      const partner = open.find((u) => {
        rest -= left[u];
        return rest < 0;
      });
      if (partner === undefined) break;
      linked[v * n + partner] = linked[partner * n + v] = 1;
      left[v]--;
      left[partner]--;
      edges.push([v, partner]);
    }
    left[v] = 0;
  }
}

/** Weights whose sums at each node come near to its strength within and outside its group: scaled back and forth between both ends. */
function weigh(
  n: number,
  edges: readonly [number, number][],
  groups: Int32Array,
  { mixingWeights, strengthExponent }: BenchmarkOptions,
): [number, number, number][] {
  const degree = new Float64Array(n);
  for (const [v, u] of edges) {
    degree[v]++;
    degree[u]++;
  }
  const weights = new Float64Array(edges.length).fill(1);
  const within = edges.map(([v, u]) => groups[v] === groups[u]);
  for (let round = 0; round < 200; round++) {
    const [inside, outside] = [new Float64Array(n), new Float64Array(n)];
    for (const [e, [v, u]] of edges.entries()) {
      const sums = within[e] ? inside : outside;
      sums[v] += weights[e];
      sums[u] += weights[e];
    }
    for (const [e, [v, u]] of edges.entries()) {
      const share = within[e] ? 1 - mixingWeights : mixingWeights;
      const sums = within[e] ? inside : outside;
      const factor = (node: number) => (share * degree[node] ** strengthExponent) / sums[node];
      weights[e] *= Math.sqrt(factor(v) * factor(u));
    }
  }
  return edges.map(([v, u], e) => [v, u, weights[e]]);
}
