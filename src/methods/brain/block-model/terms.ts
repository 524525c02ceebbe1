/**
 * @file What it takes to describe a graph by its groups, in nats: the terms of the weighted stochastic block model (Peixoto 2017,
 * arXiv:1705.10225; 2018, arXiv:1708.01432). n_r: nodes of group r; m_rs: edges between r and s, each counted once; x_rs: the sum of
 * their weights; e_r: the ends of edges in r.
 */

import { lnBinomial, lnFactorial, lnMultiset } from "./log-factorial.ts";

/**
 * How edges are placed, given the groups: all simple graphs alike; all pairings of edge ends alike, so that degrees are free; or all
 * multigraphs alike, as among the groups of a level below.
 */
export type Topology = "plain" | "degree-corrected" | "multigraph";

export interface BlockModelTerms {
  readonly topology: Topology;
  /**
   * β of the gamma prior (α = 1) of the rates of exponential weights: the mean weight of the graph. Undefined: weights don't count.
   */
  readonly beta: number | undefined;
}

/** The edges between two groups of `n1` and `n2` nodes, or within one. */
export function pairTerm(model: BlockModelTerms, n1: number, n2: number, same: boolean, m: number, x: number): number {
  if (m === 0) return 0;
  // −ln of β Γ(m + 1) / (x + β)^(m + 1): exponential weights whose rate is integrated out.
  const weights =
    model.beta === undefined ? 0 : (m + 1) * Math.log(x + model.beta) - Math.log(model.beta) - lnFactorial(m);
  return weights + placement(model.topology, n1, n2, same, m);
}

function placement(topology: Topology, n1: number, n2: number, same: boolean, m: number): number {
  switch (topology) {
    case "plain":
      return lnBinomial(same ? (n1 * (n1 - 1)) / 2 : n1 * n2, m);
    case "degree-corrected":
      return same ? -m * Math.LN2 - lnFactorial(m) : -lnFactorial(m);
    case "multigraph":
      return lnMultiset(same ? (n1 * (n1 + 1)) / 2 : n1 * n2, m);
  }
}

/** A group of `n` nodes with `e` ends of edges: its part of the partition, and its degrees where they are free. */
export function groupTerm(topology: Topology, n: number, e: number): number {
  const degrees = topology === "degree-corrected" ? lnFactorial(e) + lnMultiset(n, e) : 0;
  return degrees - lnFactorial(n);
}

/** The rest of the partition of `nodes` nodes into `groups` groups: their number, and their sizes. */
export function partitionTerm(nodes: number, groups: number): number {
  return lnFactorial(nodes) + lnBinomial(nodes - 1, groups - 1) + Math.log(nodes);
}

/** The numbers of edges between `groups` groups, when nothing is known but that they are `edges` in all. */
export function edgeCountTerm(groups: number, edges: number): number {
  return lnMultiset((groups * (groups + 1)) / 2, edges);
}

/** What only depends on the degrees of the nodes. */
export function degreeTerm(topology: Topology, degrees: ArrayLike<number>): number {
  if (topology !== "degree-corrected") return 0;
  return -Array.from(degrees, lnFactorial).reduce((sum, value) => sum + value, 0);
}
