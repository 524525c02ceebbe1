/** @file A partition of nodes into groups with its description length at hand, changed node by node or group by group. */

import type { Rng } from "../../../graph/index.ts";
import { canonicalLabels } from "../../../nn/index.ts";
import { degreesOf, type Neighbours } from "../weighted-graph.ts";
import { Level, type Move } from "./level.ts";
import { type BlockModelTerms, degreeTerm } from "./terms.ts";

/** Changes below this are rounding. */
const negligible = 1e-9;

export class Partition {
  readonly nodes: Neighbours;
  readonly level: Level;
  /** The slot of each node's group in `level`. */
  readonly labels: Int32Array;
  private readonly constant: number;
  private readonly scratch: Move;

  /**
   * @param labels the group of each node
   * @param slots how many groups there may ever be
   */
  constructor(nodes: Neighbours, model: BlockModelTerms, labels: ArrayLike<number>, slots: number, total: number) {
    this.nodes = nodes;
    this.labels = canonicalLabels(labels);
    this.level = new Level(model, slots, total);
    this.constant = degreeTerm(model.topology, degreesOf(nodes));
    this.scratch = this.level.newMove(0);
    this.count();
  }

  get groups(): number {
    return this.level.occupied.length;
  }

  /** The description length, summed anew over all groups. */
  describe(): number {
    return this.level.describe() + this.constant;
  }

  /** Weighs moving one node: `level.change(to)` is what it costs to put it into group `to`. */
  beginNode(v: number): Move {
    const { nodes, labels, scratch } = this;
    scratch.from = labels[v];
    scratch.leaving = scratch.arriving = 1;
    scratch.edges.fill(0);
    scratch.weight.fill(0);
    for (let e = nodes.start[v]; e < nodes.start[v + 1]; e++) {
      const t = labels[nodes.node[e]];
      scratch.edges[t] += nodes.count[e];
      if (nodes.weight !== undefined) scratch.weight[t] += nodes.weight[e];
    }
    scratch.inside = nodes.loops[v];
    scratch.insideWeight = nodes.loopWeight?.[v] ?? 0;
    this.level.begin(scratch);
    return scratch;
  }

  moveNode(v: number, to: number): void {
    this.level.apply(to);
    this.labels[v] = to;
  }

  /** Weighs moving all nodes of a group. */
  beginGroup(r: number): Move {
    const { scratch, level } = this;
    scratch.from = r;
    scratch.leaving = scratch.arriving = level.size[r];
    scratch.edges.set(level.edges.subarray(r * level.slots, (r + 1) * level.slots));
    scratch.weight.set(level.weight.subarray(r * level.slots, (r + 1) * level.slots));
    scratch.inside = scratch.edges[r];
    scratch.insideWeight = scratch.weight[r];
    scratch.edges[r] = scratch.weight[r] = 0;
    level.begin(scratch);
    return scratch;
  }

  moveGroup(r: number, to: number): void {
    this.level.apply(to);
    for (let v = 0; v < this.labels.length; v++) if (this.labels[v] === r) this.labels[v] = to;
  }

  /**
   * Moves single nodes to where they cost least, in random order, until none gains.
   * @param among the groups that take part. Default: all
   * @param mayBegin whether a node may begin a group of its own
   * @returns what the description length fell by
   */
  settle(rng: Rng, { among, mayBegin = false }: { among?: readonly number[]; mayBegin?: boolean } = {}): number {
    let gained = 0;
    // Every round lowers the description length, so this ends; the limit only bounds its tail.
    for (let round = 0; round < 100; round++) {
      let gain = 0;
      for (const v of rng.permutation(this.nodes.n))
        if (among === undefined || among.includes(this.labels[v])) gain += this.improve(v, among, mayBegin);
      gained += gain;
      if (gain < negligible) break;
    }
    return gained;
  }

  private improve(v: number, among: readonly number[] | undefined, mayBegin: boolean): number {
    const { level } = this;
    const from = this.labels[v];
    this.beginNode(v);
    let best = from;
    let change = -negligible;
    const weigh = (to: number) => {
      if (to === from) return;
      const candidate = level.change(to);
      if (candidate >= change) return;
      change = candidate;
      best = to;
    };
    for (const to of among ?? level.occupied) if (level.size[to] > 0) weigh(to);
    if (mayBegin && level.size[from] > 1) {
      const slot = level.emptySlot();
      if (slot >= 0) weigh(slot);
    }
    if (best === from) return 0;
    this.moveNode(v, best);
    return -change;
  }

  /** The two groups whose union costs least, and what it changes; undefined for a single group. */
  cheapestMerge(): { readonly group: number; readonly into: number; readonly change: number } | undefined {
    let best: { group: number; into: number; change: number } | undefined;
    const { occupied } = this.level;
    for (const [index, group] of occupied.entries()) {
      this.beginGroup(group);
      for (const into of occupied.slice(index + 1)) {
        const change = this.level.change(into);
        if (best === undefined || change < best.change) best = { group, into, change };
      }
    }
    return best;
  }

  merge(group: number, into: number): void {
    this.beginGroup(group);
    this.moveGroup(group, into);
  }

  private count(): void {
    const { nodes, labels, level } = this;
    for (let v = 0; v < nodes.n; v++) {
      const r = labels[v];
      const place = r * level.slots + r;
      level.size[r]++;
      level.edges[place] += nodes.loops[v];
      level.weight[place] += nodes.loopWeight?.[v] ?? 0;
      for (let e = nodes.start[v]; e < nodes.start[v + 1]; e++) {
        const s = labels[nodes.node[e]];
        // Each edge within a group is met from both of its ends.
        const share = s === r ? 0.5 : 1;
        level.edges[r * level.slots + s] += share * nodes.count[e];
        level.weight[r * level.slots + s] += share * (nodes.weight?.[e] ?? 0);
      }
    }
    level.refresh();
  }
}
