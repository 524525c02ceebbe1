/** @file weightedSbm: the groups of a weighted graph, their number included, by minimum description length. */

import { CajalError, Rng } from "../../../graph/index.ts";
import { neighboursOf, type WeightedGraph } from "../weighted-graph.ts";
import { priorScale } from "./description-length.ts";
import { type FoundHierarchy, nest, polishNested } from "./hierarchy.ts";
import { agglomerate, cheapest, flat, type Problem, polish, startLabels } from "./search.ts";

export interface WeightedSbmOptions {
  /** Whether nodes of a group may differ in degree; "best" fits both and keeps the shorter description. Default "best". */
  readonly degreeCorrected?: boolean | "best";
  /** Groups of groups: finds smaller groups than the flat model can afford. Default true. */
  readonly nested?: boolean;
  /** Independent searches; the shortest description is kept. Default 5. */
  readonly restarts?: number;
  /** Default: seed 0. */
  readonly rng?: Rng;
}

export interface WeightedSbm {
  /** The group of each node, 0 … B−1, from the finest level up. The flat model has one level. [n] each */
  readonly levels: readonly Int32Array[];
  /** The description length of what was kept, in nats. */
  readonly dl: number;
  /** With and without free degrees; undefined where it was not fitted. */
  readonly dcDl: number | undefined;
  readonly ndcDl: number | undefined;
  readonly degreeCorrected: boolean;
  /** How often two nodes are in one group, over the restarts of the kept model. [n × n] */
  readonly coassign: Float32Array;
}

/**
 * Fits a stochastic block model to a graph and its weights: nodes of a group have edges, and exponentially distributed weights, of their own
 * rates to each group. The number of groups is inferred: they are as many as make the description of graph and weights shortest. A graph
 * without structure gets one group. Peixoto 2018, Phys. Rev. E 97, 012306 (arXiv:1708.01432).
 * @throws CajalError `argument` for a graph that is none (negative weights, loops, double edges), naming the first such edge
 */
export function weightedSbm(graph: WeightedGraph, options: WeightedSbmOptions = {}): WeightedSbm {
  const { degreeCorrected = "best", nested = true, restarts = 5, rng = new Rng(0) } = options;
  if (!(restarts >= 1)) throw new CajalError("argument", `weightedSbm: restarts must be 1 or more, got ${restarts}`);
  const fits = (degreeCorrected === "best" ? [false, true] : [degreeCorrected]).map((free) => ({
    free,
    ...fit(graph, free, nested, restarts, rng.split(free ? "free degrees" : "plain")),
  }));
  const kept = fits.reduce((best, other) => (other.best.cost < best.best.cost ? other : best));
  return {
    levels: levelsByNode(kept.best),
    dl: kept.best.cost,
    dcDl: fits.find(({ free }) => free)?.best.cost,
    ndcDl: fits.find(({ free }) => !free)?.best.cost,
    degreeCorrected: kept.free,
    coassign: kept.coassign,
  };
}

function fit(graph: WeightedGraph, free: boolean, nested: boolean, restarts: number, rng: Rng) {
  const { n } = graph;
  const problem: Problem = {
    nodes: neighboursOf(graph),
    model: { topology: free ? "degree-corrected" : "plain", beta: priorScale(graph) },
    total: graph.i.length,
    slots: Math.min(n, 64),
  };
  const build = flat(problem);
  const coassign = new Float32Array(n * n);
  let best: FoundHierarchy | undefined;
  for (let attempt = 0; attempt < restarts; attempt++) {
    const own = rng.split(attempt);
    const path = agglomerate(build, startLabels(n, attempt, problem.slots, own), own);
    const found = nested ? nest(problem, path, own) : { ...cheapest(path), upper: [] };
    for (let v = 0; v < n; v++)
      for (let u = 0; u < n; u++) if (found.labels[v] === found.labels[u]) coassign[v * n + u] += 1 / restarts;
    if (best === undefined || found.cost < best.cost) best = found;
  }
  if (best === undefined) throw new Error("fit: there is at least one restart");
  const polishing = rng.split("polish");
  return {
    best: nested ? polishNested(problem, best, polishing) : { ...polish(build, best, polishing), upper: [] },
    coassign,
  };
}

function levelsByNode({ labels, upper }: FoundHierarchy): Int32Array[] {
  const levels = [labels];
  for (const groups of upper) levels.push(levels[levels.length - 1].map((r) => groups[r]));
  return levels;
}
