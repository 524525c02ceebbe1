/** @file Communities by modularity: the Louvain method (Blondel et al. 2008, arXiv:0803.0476). */

import type { Rng } from "../../graph/index.ts";
import { canonicalLabels, groupCount } from "../../nn/index.ts";
import { groupsAsNodes } from "./block-model/description-length.ts";
import { degreesOf, type Neighbours, neighboursOf, type WeightedGraph } from "./weighted-graph.ts";

/** Modularity of a partition: the share of weight within groups, less what it would be if ends of edges met at random. */
export function modularity(graph: WeightedGraph, labels: ArrayLike<number>): number {
  const groups = groupsAsNodes(byWeight(neighboursOf(graph)), canonicalLabels(labels));
  const strength = degreesOf(groups);
  const total = strength.reduce((sum, s) => sum + s, 0);
  if (total === 0) return 0;
  return groups.loops.reduce((sum, within, r) => sum + (2 * within) / total - (strength[r] / total) ** 2, 0);
}

/** The communities of a graph's nodes, 0 … B−1: nodes move to the neighbouring community that gains most modularity, then communities are the nodes. */
export function louvain(graph: WeightedGraph, rng: Rng): Int32Array {
  let nodes = byWeight(neighboursOf(graph));
  let labels = Int32Array.from({ length: graph.n }, (_, v) => v);
  for (;;) {
    const moved = canonicalLabels(moveNodes(nodes, rng));
    labels = labels.map((v) => moved[v]);
    if (groupCount(moved) === nodes.n) return canonicalLabels(labels);
    nodes = groupsAsNodes(nodes, moved);
  }
}

/** Weights take the place of numbers of edges. */
function byWeight(nodes: Neighbours): Neighbours {
  if (nodes.weight === undefined || nodes.loopWeight === undefined) return nodes;
  return { ...nodes, count: nodes.weight, loops: nodes.loopWeight, weight: undefined, loopWeight: undefined };
}

function moveNodes(nodes: Neighbours, rng: Rng): Int32Array {
  const labels = Int32Array.from({ length: nodes.n }, (_, v) => v);
  const strength = degreesOf(nodes);
  const ofGroup = strength.slice();
  const total = strength.reduce((sum, s) => sum + s, 0);
  for (let moves = 1; moves > 0; ) {
    moves = 0;
    for (const v of rng.permutation(nodes.n)) {
      const towards = new Map<number, number>([[labels[v], 0]]);
      for (let e = nodes.start[v]; e < nodes.start[v + 1]; e++) {
        const group = labels[nodes.node[e]];
        towards.set(group, (towards.get(group) ?? 0) + nodes.count[e]);
      }
      ofGroup[labels[v]] -= strength[v];
      const gain = (group: number) => (towards.get(group) ?? 0) - (ofGroup[group] * strength[v]) / total;
      let best = labels[v];
      for (const group of towards.keys()) if (gain(group) > gain(best) + 1e-12 * total) best = group;
      ofGroup[best] += strength[v];
      if (best !== labels[v]) moves++;
      labels[v] = best;
    }
  }
  return labels;
}
