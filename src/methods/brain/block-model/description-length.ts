/** @file The description length of a graph with given groups, computed from scratch. */

import { CajalError } from "../../../graph/index.ts";
import { canonicalLabels, groupCount } from "../../../nn/index.ts";
import { degreesOf, type Neighbours, neighboursOf, type WeightedGraph } from "../weighted-graph.ts";
import { type BlockModelTerms, degreeTerm, edgeCountTerm, groupTerm, pairTerm, partitionTerm } from "./terms.ts";

export interface DescriptionLengthOptions {
  /** Whether nodes of a group may differ in degree. Default false. */
  readonly degreeCorrected?: boolean;
}

/** β: the mean weight, in a weighted graph. */
export function priorScale({ w }: WeightedGraph): number | undefined {
  return w === undefined || w.length === 0
    ? undefined
    : Float64Array.from(w).reduce((sum, value) => sum + value, 0) / w.length;
}

/**
 * The nats that it takes to send a graph with its weights, given a hierarchy of groups: the topology, the weights, the numbers of edges
 * between groups, and the groups themselves. Weights are real numbers, so theirs is the logarithm of a density: times c, they cost
 * E·ln c more.
 * @param levels the group of each node [n] from the finest level up; the last one's edge counts are described without groups. One level is
 *   the flat model.
 * @throws CajalError `argument` for a graph that is none, or levels of another size
 */
export function descriptionLength(
  graph: WeightedGraph,
  levels: readonly ArrayLike<number>[],
  { degreeCorrected = false }: DescriptionLengthOptions = {},
): number {
  if (levels.length === 0 || levels.some((labels) => labels.length !== graph.n))
    throw new CajalError("argument", `descriptionLength: each level names the group of each of the ${graph.n} nodes`);
  let nodes = neighboursOf(graph);
  let model: BlockModelTerms = {
    topology: degreeCorrected ? "degree-corrected" : "plain",
    beta: priorScale(graph),
  };
  let total = degreeTerm(model.topology, degreesOf(nodes));
  let below: Int32Array | undefined;
  for (const level of levels) {
    const labels = below === undefined ? canonicalLabels(level) : labelsOfGroups(below, level);
    const groups = groupsAsNodes(nodes, labels);
    total += levelTerms(model, nodes.n, labels, groups);
    below = canonicalLabels(level);
    nodes = groups;
    model = { topology: "multigraph", beta: undefined };
  }
  return total + edgeCountTerm(nodes.n, graph.i.length);
}

/** The upper group of each group below. @throws CajalError `argument` when a group is torn apart */
function labelsOfGroups(below: Int32Array, above: ArrayLike<number>): Int32Array {
  const upper = canonicalLabels(above);
  const labels = new Int32Array(groupCount(below)).fill(-1);
  for (let v = 0; v < below.length; v++) {
    if (labels[below[v]] !== -1 && labels[below[v]] !== upper[v])
      throw new CajalError("argument", `descriptionLength: node ${v} is in another upper group than its own group`);
    labels[below[v]] = upper[v];
  }
  return labels;
}

function levelTerms(model: BlockModelTerms, n: number, labels: Int32Array, groups: Neighbours): number {
  const size = new Int32Array(groups.n);
  for (const label of labels) size[label]++;
  const ends = degreesOf(groups);
  let total = partitionTerm(n, groups.n);
  for (let r = 0; r < groups.n; r++) {
    total += groupTerm(model.topology, size[r], ends[r]);
    total += pairTerm(model, size[r], size[r], true, groups.loops[r], groups.loopWeight?.[r] ?? 0);
    for (let e = groups.start[r]; e < groups.start[r + 1]; e++) {
      const s = groups.node[e];
      if (s > r) total += pairTerm(model, size[r], size[s], false, groups.count[e], groups.weight?.[e] ?? 0);
    }
  }
  return total;
}

/** The groups as the nodes of a multigraph. @param labels 0 … B−1 by node, none left out */
export function groupsAsNodes(nodes: Neighbours, labels: ArrayLike<number>): Neighbours {
  const n = groupCount(labels);
  const count = new Float64Array(n * n);
  const weight = new Float64Array(n * n);
  for (let v = 0; v < nodes.n; v++) {
    const r = labels[v];
    count[r * n + r] += 2 * nodes.loops[v];
    weight[r * n + r] += 2 * (nodes.loopWeight?.[v] ?? 0);
    for (let e = nodes.start[v]; e < nodes.start[v + 1]; e++) {
      count[r * n + labels[nodes.node[e]]] += nodes.count[e];
      weight[r * n + labels[nodes.node[e]]] += nodes.weight?.[e] ?? 0;
    }
  }
  return neighboursOfCounts(n, count, nodes.weight === undefined ? undefined : weight);
}

/** From matrices [n × n] in which what is within a node stands twice on the diagonal. */
function neighboursOfCounts(n: number, count: Float64Array, weight: Float64Array | undefined): Neighbours {
  const start = new Int32Array(n + 1);
  const places: number[] = [];
  for (let r = 0; r < n; r++) {
    for (let s = 0; s < n; s++) if (s !== r && count[r * n + s] > 0) places.push(r * n + s);
    start[r + 1] = places.length;
  }
  const diagonal = (values: Float64Array) => Float64Array.from({ length: n }, (_, r) => values[r * n + r] / 2);
  return {
    n,
    start,
    node: Int32Array.from(places, (place) => place % n),
    count: Float64Array.from(places, (place) => count[place]),
    weight: weight && Float64Array.from(places, (place) => weight[place]),
    loops: diagonal(count),
    loopWeight: weight && diagonal(weight),
  };
}
