/** @file What must hold exactly for a block model, measured: the search finds the least of all partitions, moves change what they should. */

import type { Rng } from "../../../graph/index.ts";
import { neighboursOf, type WeightedGraph } from "../weighted-graph.ts";
import { plantedGraph } from "./benchmark-graphs.ts";
import { descriptionLength, priorScale } from "./description-length.ts";
import { attachLevels } from "./hierarchy.ts";
import { Partition } from "./partition.ts";
import { weightedSbm } from "./weighted-sbm.ts";

/** All partitions of n nodes, as restricted growth strings. */
export function* partitionsOf(n: number): Generator<Int32Array> {
  const labels = new Int32Array(n);
  function* extend(v: number, groups: number): Generator<Int32Array> {
    if (v === n) {
      yield labels.slice();
      return;
    }
    for (let r = 0; r <= groups; r++) {
      labels[v] = r;
      yield* extend(v + 1, Math.max(groups, r + 1));
    }
  }
  yield* extend(0, 0);
}

/** Whether the search finds the least description length of all partitions of a random graph of 8 nodes, with and without free degrees. */
export function findsLeast(rng: Rng): boolean {
  const { graph } = plantedGraph(rng.split("graph"), { n: 8, groups: 2, edge: [0.8, 0.3], weight: [5, 0.5] });
  const found = weightedSbm(graph, { nested: false, restarts: 10, rng: rng.split("search") });
  return [found.ndcDl, found.dcDl].every((dl, k) => {
    let least = Number.POSITIVE_INFINITY;
    for (const labels of partitionsOf(8))
      least = Math.min(least, descriptionLength(graph, [labels], { degreeCorrected: k === 1 }));
    return dl !== undefined && Math.abs(dl - least) < 1e-8;
  });
}

export interface MoveCheck {
  readonly degreeCorrected: boolean;
  readonly weighted: boolean;
  readonly nested: boolean;
}

/**
 * Moves random nodes, and now and then whole groups, in a random graph.
 * @returns the largest difference between the change that a move was said to make and what recomputing gives, relative to the description length
 */
export function largestMoveError(rng: Rng, moves: number, { degreeCorrected, weighted, nested }: MoveCheck): number {
  const { graph: full } = plantedGraph(rng, { n: 30, groups: 6, edge: [0.6, 0.2], weight: [4, 1] });
  const graph: WeightedGraph = weighted ? full : { n: full.n, i: full.i, j: full.j };
  const model = { topology: degreeCorrected ? "degree-corrected" : "plain", beta: priorScale(graph) } as const;
  const start = Int32Array.from({ length: graph.n }, (_, v) => v % 6);
  const partition = new Partition(neighboursOf(graph), model, start, 12, graph.i.length);
  if (nested) attachLevels(partition, [Int32Array.of(0, 0, 1, 1, 2, 2), Int32Array.of(0, 0, 1)], graph.i.length);
  const recompute = () => descriptionLength(graph, levelsOf(partition), { degreeCorrected });
  let standing = recompute();
  let worst = Math.abs(partition.describe() - standing) / Math.abs(standing);
  for (let done = 0; done < moves; ) {
    const predicted = randomMove(partition, rng, done % 25 === 24);
    if (predicted === undefined) continue;
    done++;
    const now = recompute();
    worst = Math.max(worst, Math.abs(predicted - (now - standing)) / Math.abs(now));
    standing = now;
  }
  return Math.max(worst, Math.abs(partition.describe() - standing) / Math.abs(standing));
}

/** The group of each node at every level. */
export function levelsOf(partition: Partition): number[][] {
  const levels = [Array.from(partition.labels)];
  for (let level = partition.level; level.above !== undefined; level = level.above)
    levels.push(levels[levels.length - 1].map((r) => level.parent[r]));
  return levels;
}

/** What the move was said to change; undefined when there was nothing to move. */
function randomMove(partition: Partition, rng: Rng, group: boolean): number | undefined {
  const { level, labels } = partition;
  if (group && partition.groups > 3) {
    const [from, to] = [rng.pick(level.occupied), rng.pick(level.occupied)];
    if (from === to) return undefined;
    partition.beginGroup(from);
    const predicted = level.change(to);
    partition.moveGroup(from, to);
    return predicted;
  }
  const v = rng.int(0, labels.length);
  const slot = level.emptySlot();
  const begins = rng.random() < 0.2 && slot >= 0 && level.size[labels[v]] > 1;
  const to = begins ? slot : rng.pick(level.occupied);
  if (to === labels[v]) return undefined;
  partition.beginNode(v);
  const predicted = level.change(to);
  partition.moveNode(v, to);
  return predicted;
}
