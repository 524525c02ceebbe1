/**
 * @file Groups of groups (Peixoto 2014, Phys. Rev. X 4, 011047): the numbers of edges between groups are a multigraph that a block model
 * describes in turn, up to a single group. It makes small groups in large graphs affordable.
 */

import type { Rng } from "../../../graph/index.ts";
import { canonicalLabels, groupCount } from "../../../nn/index.ts";
import type { Neighbours } from "../weighted-graph.ts";
import { groupsAsNodes } from "./description-length.ts";
import { Level } from "./level.ts";
import type { Partition } from "./partition.ts";
import { agglomerate, type Build, cheapest, type Found, flat, type Problem, polish } from "./search.ts";
import { type BlockModelTerms, edgeCountTerm } from "./terms.ts";

const multigraph: BlockModelTerms = { topology: "multigraph", beta: undefined };

export interface FoundHierarchy extends Found {
  /** For each level above the groups, the group of each group below. */
  readonly upper: readonly Int32Array[];
}

/** The levels above given groups, each the best for the one below it; none where a level would not pay. */
export function fitLevels(nodes: Neighbours, labels: ArrayLike<number>, total: number, rng: Rng): Int32Array[] {
  const upper: Int32Array[] = [];
  let groups = groupsAsNodes(nodes, canonicalLabels(labels));
  while (groups.n > 2) {
    const build = flat({ nodes: groups, model: multigraph, total, slots: groups.n });
    const start = Int32Array.from({ length: groups.n }, (_, r) => r);
    const best = cheapest(agglomerate(build, start, rng));
    if (best.cost >= edgeCountTerm(groups.n, total) - 1e-9) break;
    upper.push(canonicalLabels(best.labels));
    groups = groupsAsNodes(groups, upper[upper.length - 1]);
  }
  return upper;
}

/** Puts levels above a partition. @param upper for each level, the group of each group below, in the order of the groups' first nodes */
export function attachLevels(partition: Partition, upper: readonly Int32Array[], total: number): Partition {
  let below = partition.level;
  let nodes = groupsAsNodes(partition.nodes, canonicalLabels(partition.labels));
  for (const labels of upper) {
    const level = new Level(multigraph, below.slots, total);
    nodes.loops.forEach((count, r) => {
      level.size[labels[r]]++;
      level.edges[labels[r] * level.slots + labels[r]] += count;
    });
    for (let r = 0; r < nodes.n; r++) {
      for (let e = nodes.start[r]; e < nodes.start[r + 1]; e++) {
        const [a, b] = [labels[r], labels[nodes.node[e]]];
        level.edges[a * level.slots + b] += (a === b ? 0.5 : 1) * nodes.count[e];
      }
    }
    level.refresh();
    below.attach(level, labels);
    nodes = groupsAsNodes(nodes, labels);
    below = level;
  }
  return partition;
}

/**
 * The best hierarchy over the partitions of one agglomeration: from the one that is best without levels towards finer ones, for as long as the nested
 * description length falls.
 */
export function nest(problem: Problem, path: readonly Found[], rng: Rng): FoundHierarchy {
  const optimum = cheapest(path);
  let best = withLevels(problem, optimum.labels, rng);
  let idle = 0;
  const finer = path.filter((step) => groupCount(step.labels) > groupCount(optimum.labels)).reverse();
  for (const step of finer) {
    const candidate = withLevels(problem, step.labels, rng);
    idle = candidate.cost < best.cost ? 0 : idle + 1;
    if (candidate.cost < best.cost) best = candidate;
    if (idle === 3) break;
  }
  return best;
}

/** Single-node moves, merges and splits under the nested description length, then levels anew, until nothing is gained. */
export function polishNested(problem: Problem, start: FoundHierarchy, rng: Rng): FoundHierarchy {
  let best = start;
  for (let round = 0; round < 4; round++) {
    const refined = withLevels(problem, polish(rebuild(problem, best), best, rng).labels, rng);
    if (refined.cost >= best.cost - 1e-9) break;
    best = refined;
  }
  return best;
}

function withLevels(problem: Problem, partition: Int32Array, rng: Rng): FoundHierarchy {
  const labels = canonicalLabels(partition);
  const upper = fitLevels(problem.nodes, labels, problem.total, rng);
  return { labels, upper, cost: attachLevels(flat(problem)(labels), upper, problem.total).describe() };
}

/** Partitions near one with levels: a group is put where the group above is that most of its nodes had. */
function rebuild(problem: Problem, { labels: reference, upper }: FoundHierarchy): Build {
  return (labels) => {
    const own = canonicalLabels(labels);
    if (upper.length === 0) return flat(problem)(own);
    const votes = Array.from({ length: groupCount(own) }, () => new Map<number, number>());
    for (let v = 0; v < own.length; v++) {
      const parent = upper[0][reference[v]];
      votes[own[v]].set(parent, (votes[own[v]].get(parent) ?? 0) + 1);
    }
    const parents = votes.map((count) => [...count].reduce((most, vote) => (vote[1] > most[1] ? vote : most))[0]);
    return attachLevels(flat(problem)(own), compacted(parents, upper), problem.total);
  };
}

/** Upper levels without the groups that lost all of theirs. */
function compacted(parents: readonly number[], upper: readonly Int32Array[]): Int32Array[] {
  const levels: Int32Array[] = [];
  let groups = parents;
  for (let l = 0; l < upper.length; l++) {
    const labels = canonicalLabels(groups);
    levels.push(labels);
    // Each compact group stands for the old one of its first member.
    const old = Array.from({ length: groupCount(labels) }, (_, r) => groups[labels.indexOf(r)]);
    if (l + 1 < upper.length) groups = old.map((r) => upper[l + 1][r]);
  }
  return levels;
}
