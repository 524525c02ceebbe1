/**
 * @file The search for the partition of least description length: agglomeration from many groups down to one with single-node moves in
 * between, then merges and splits of what it found.
 */

import type { Rng } from "../../../graph/index.ts";
import { groupCount } from "../../../nn/index.ts";
import type { Neighbours } from "../weighted-graph.ts";
import { Partition } from "./partition.ts";
import type { BlockModelTerms } from "./terms.ts";

/** Description lengths that differ by less are equal. */
const negligible = 1e-9;

/** A graph, and the model that its groups are to fit. */
export interface Problem {
  readonly nodes: Neighbours;
  readonly model: BlockModelTerms;
  /** Edges of the graph. */
  readonly total: number;
  /** The most groups that a partition may have. */
  readonly slots: number;
}

export interface Found {
  /** The group of each node, 0 … B−1. */
  readonly labels: Int32Array;
  /** In nats. */
  readonly cost: number;
}

/** How a partition is set up: with levels above it or without. */
export type Build = (labels: ArrayLike<number>) => Partition;

export function flat({ nodes, model, slots, total }: Problem): Build {
  return (labels) => new Partition(nodes, model, labels, slots, total);
}

/** The partitions met on the way from `start` to a single group, from the finest to the coarsest. */
export function agglomerate(build: Build, start: ArrayLike<number>, rng: Rng): Found[] {
  const partition = build(start);
  const path: Found[] = [];
  for (;;) {
    partition.settle(rng);
    path.push({ labels: partition.labels.slice(), cost: partition.describe() });
    const merge = partition.cheapestMerge();
    if (merge === undefined) return path;
    partition.merge(merge.group, merge.into);
  }
}

export function cheapest(found: readonly Found[]): Found {
  return found.reduce((best, candidate) => (candidate.cost < best.cost - negligible ? candidate : best));
}

/** Random groups for large graphs; for graphs of up to 60 nodes every second start has each node alone. */
export function startLabels(n: number, attempt: number, slots: number, rng: Rng): Int32Array {
  if (n <= 60 && attempt % 2 === 0) return Int32Array.from({ length: n }, (_, v) => v);
  const groups = Math.min(16, n, slots);
  return Int32Array.from({ length: n }, () => rng.int(0, groups));
}

/**
 * Merges, splits, and splits of unions, each followed by single-node moves, kept when they lower the description length; until a whole
 * round of them does not.
 */
export function polish(build: Build, start: Found, rng: Rng): Found {
  let best = settled(build(start.labels), rng);
  if (start.cost < best.cost) best = start;
  for (let round = 0; round < 10; round++) {
    const before = best.cost;
    for (const propose of proposals(groupCount(best.labels), rng)) {
      const partition = build(best.labels);
      propose(partition, rng);
      const candidate = settled(partition, rng);
      if (candidate.cost < best.cost - negligible) best = candidate;
    }
    if (best.cost > before - negligible) break;
  }
  return best;
}

function settled(partition: Partition, rng: Rng): Found {
  partition.settle(rng, { mayBegin: true });
  return { labels: partition.labels.slice(), cost: partition.describe() };
}

type Propose = (partition: Partition, rng: Rng) => void;

/** As many of each kind as there are groups; they look at the groups as they are when their turn comes. */
function proposals(groups: number, rng: Rng): Propose[] {
  const all = Array.from({ length: groups }, (_, g): Propose[] => [
    (partition, own) => split(partition, partition.level.occupied[g % partition.groups], own),
    (partition, own) => {
      const [a, b] = twoOf(partition, own);
      if (b !== undefined) partition.merge(a, b);
    },
    (partition, own) => {
      const [a, b] = twoOf(partition, own);
      if (b !== undefined) partition.merge(a, b);
      split(partition, b ?? a, own);
    },
  ]).flat();
  return Array.from(rng.permutation(all.length), (index) => all[index]);
}

function twoOf(partition: Partition, rng: Rng): [number, number | undefined] {
  const { occupied } = partition.level;
  const first = rng.int(0, occupied.length);
  if (occupied.length < 2) return [occupied[first], undefined];
  return [occupied[first], occupied[(first + rng.int(1, occupied.length)) % occupied.length]];
}

/** Puts a part of a group apart, a random half or what is near one of its nodes, and lets its nodes choose between the two. */
function split(partition: Partition, group: number, rng: Rng): void {
  const { level, labels } = partition;
  const slot = level.emptySlot();
  const members = Array.from(labels.keys()).filter((v) => labels[v] === group);
  if (slot < 0 || members.length < 2) return;
  const apart = rng.random() < 0.5 ? members.filter(() => rng.random() < 0.5) : near(partition, rng.pick(members));
  for (const v of apart.slice(0, members.length - 1)) {
    partition.beginNode(v);
    partition.moveNode(v, slot);
  }
  partition.settle(rng, { among: [group, slot] });
}

/** A node, and those of its group to which it is tied more than to the group's average. */
function near({ nodes, labels, level }: Partition, seed: number): number[] {
  const { start, node, count, weight = count } = nodes;
  const ties: { readonly v: number; readonly tie: number }[] = [];
  for (let e = start[seed]; e < start[seed + 1]; e++)
    if (labels[node[e]] === labels[seed]) ties.push({ v: node[e], tie: weight[e] });
  const average = ties.reduce((sum, { tie }) => sum + tie, 0) / level.size[labels[seed]];
  return [seed, ...ties.filter(({ tie }) => tie > average).map(({ v }) => v)];
}
