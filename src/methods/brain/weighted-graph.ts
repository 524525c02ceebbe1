/** @file Graphs with weighted edges: checked where they come in, then with a node's neighbours at hand. */

import { CajalError } from "../../graph/index.ts";

/** An undirected simple graph: edge e joins `i[e]` and `j[e]` of the nodes 0 … n−1. */
export interface WeightedGraph {
  readonly n: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  /** Positive weights by edge. Default: none, only the edges count. */
  readonly w?: Float32Array | Float64Array;
}

/**
 * A graph in which nodes know their neighbours. Between two nodes there may be several edges, and edges may join a node with itself: the
 * groups of a simple graph are such nodes.
 */
export interface Neighbours {
  readonly n: number;
  /** Neighbours of node v: places `start[v]` … `start[v+1]` of the three arrays below; v itself is not among them. [n + 1] */
  readonly start: Int32Array;
  readonly node: Int32Array;
  /** How many edges. */
  readonly count: Float64Array;
  /** The sum of their weights, in a weighted graph. */
  readonly weight: Float64Array | undefined;
  /** Edges of a node with itself, each counted once, and the sum of their weights. [n] */
  readonly loops: Float64Array;
  readonly loopWeight: Float64Array | undefined;
}

/** k_v: the ends of edges at each node. [n] */
export function degreesOf({ n, start, count, loops }: Neighbours): Float64Array {
  const degree = loops.map((value) => 2 * value);
  for (let v = 0; v < n; v++) for (let e = start[v]; e < start[v + 1]; e++) degree[v] += count[e];
  return degree;
}

/**
 * The neighbours of each node of a simple graph.
 * @throws CajalError `argument`, with the first edge that is not positive, out of range, a loop or there twice
 */
export function neighboursOf(graph: WeightedGraph): Neighbours {
  check(graph);
  const { n, i, j, w } = graph;
  const start = new Int32Array(n + 1);
  for (let e = 0; e < i.length; e++) {
    start[i[e] + 1]++;
    start[j[e] + 1]++;
  }
  for (let v = 0; v < n; v++) start[v + 1] += start[v];
  const fill = start.slice();
  const node = new Int32Array(2 * i.length);
  const weight = w === undefined ? undefined : new Float64Array(2 * i.length);
  for (let e = 0; e < i.length; e++) {
    for (const [from, to] of [
      [i[e], j[e]],
      [j[e], i[e]],
    ]) {
      const place = fill[from]++;
      node[place] = to;
      if (weight !== undefined && w !== undefined) weight[place] = w[e];
    }
  }
  const none = new Float64Array(n);
  const loopWeight = weight === undefined ? undefined : none;
  return { n, start, node, count: new Float64Array(node.length).fill(1), weight, loops: none, loopWeight };
}

function check({ n, i, j, w }: WeightedGraph): void {
  const fail = (what: string, advice?: string) => new CajalError("argument", what, { advice });
  if (!(n >= 1)) throw fail("a graph needs at least one node");
  if (i.length !== j.length || (w !== undefined && w.length !== i.length))
    throw fail(`a graph's arrays differ in length: i has ${i.length}, j ${j.length}, w ${w?.length ?? "none"}`);
  const seen = new Set<number>();
  for (let e = 0; e < i.length; e++) {
    const edge = `edge ${e} (${i[e]}–${j[e]})`;
    if (!(i[e] >= 0 && i[e] < n && j[e] >= 0 && j[e] < n)) throw fail(`${edge} joins a node outside 0 … ${n - 1}`);
    if (i[e] === j[e]) throw fail(`${edge} joins a node with itself`, "Leave the diagonal out.");
    if (w !== undefined && !(w[e] > 0 && Number.isFinite(w[e])))
      throw fail(`${edge} has weight ${w[e]}; weights are positive`, "Leave out edges of weight 0; fit signs apart.");
    const key = Math.min(i[e], j[e]) * n + Math.max(i[e], j[e]);
    if (seen.has(key)) throw fail(`${edge} is there twice`, "Give each pair once, with the sum of its weights.");
    seen.add(key);
  }
}

/** The graph of the positive entries of a symmetric matrix [n × n] (its upper triangle counts). */
export function graphOfMatrix(n: number, matrix: ArrayLike<number>): WeightedGraph {
  const edges: [number, number, number][] = [];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) if (matrix[i * n + j] > 0) edges.push([i, j, matrix[i * n + j]]);
  return {
    n,
    i: Int32Array.from(edges, ([i]) => i),
    j: Int32Array.from(edges, ([, j]) => j),
    w: Float64Array.from(edges, ([, , w]) => w),
  };
}
