/**
 * @file One level of groups: the counts that its description length depends on, and what the length changes by when nodes move. A move
 * touches the counts of two groups only, so its cost takes as many steps as there are groups; levels above see it as edges that move
 * between their groups.
 */

import { type BlockModelTerms, edgeCountTerm, groupTerm, pairTerm, partitionTerm } from "./terms.ts";

/** Nodes that leave their group together. */
export interface Move {
  from: number;
  /** How many nodes leave, and how many arrive: they differ for a level above, where only groups that empty or begin count. */
  leaving: number;
  arriving: number;
  /** Edges between those that move and those that stay, by group of the latter, and the sum of their weights. [slots] */
  readonly edges: Float64Array;
  readonly weight: Float64Array;
  /** Edges among those that move, and their weights. */
  inside: number;
  insideWeight: number;
}

export class Level {
  readonly model: BlockModelTerms;
  /** Room for groups; some are empty. */
  readonly slots: number;
  /** n_r */
  readonly size: Int32Array;
  /** m_rs and x_rs, symmetric. [slots × slots] */
  readonly edges: Float64Array;
  readonly weight: Float64Array;
  /** e_r */
  readonly ends: Float64Array;
  /** The groups that have nodes. */
  occupied: number[] = [];
  nodes = 0;
  /** Where each group is in the level above, whose nodes these groups are. */
  readonly parent: Int32Array;

  private readonly total: number;
  private upper: Level | undefined;
  /** Pair terms as they stand. [slots × slots] */
  private readonly cost: Float64Array;
  private move: Move | undefined;
  /** What the pair terms of the group that is left change by, and all that leaving alone changes. */
  private readonly removal: Float64Array;
  private departure = 0;
  /** The ends of edges that move along: one of each edge to those that stay, both of those inside. */
  private movedEnds = 0;
  private moveAbove: Move | undefined;

  /** @param total edges of the graph */
  constructor(model: BlockModelTerms, slots: number, total: number) {
    this.model = model;
    this.slots = slots;
    this.total = total;
    this.size = new Int32Array(slots);
    this.edges = new Float64Array(slots * slots);
    this.weight = new Float64Array(slots * slots);
    this.ends = new Float64Array(slots);
    this.parent = new Int32Array(slots);
    this.cost = new Float64Array(slots * slots);
    this.removal = new Float64Array(slots);
  }

  get above(): Level | undefined {
    return this.upper;
  }

  /** Puts a level above, whose nodes are these groups; or takes it away. @param parent where each group is in it */
  attach(upper: Level | undefined, parent?: ArrayLike<number>): void {
    this.upper = upper;
    this.moveAbove = upper?.newMove(0);
    if (parent !== undefined) this.parent.set(parent);
  }

  /** To be called when sizes and counts have been filled in. */
  refresh(): void {
    this.occupied = [];
    this.nodes = 0;
    for (let r = 0; r < this.slots; r++) {
      this.nodes += this.size[r];
      if (this.size[r] > 0) this.occupied.push(r);
      this.ends[r] = this.edges[r * this.slots + r];
      for (let s = 0; s < this.slots; s++) this.ends[r] += this.edges[r * this.slots + s];
    }
    for (const r of this.occupied) this.refreshCosts(r);
  }

  /** The terms of this level and those above, but for what depends on degrees only. */
  describe(): number {
    let sum = partitionTerm(this.nodes, this.occupied.length);
    for (const r of this.occupied) {
      sum += groupTerm(this.model.topology, this.size[r], this.ends[r]);
      for (const s of this.occupied) if (s >= r) sum += this.cost[r * this.slots + s];
    }
    return sum + (this.upper?.describe() ?? edgeCountTerm(this.occupied.length, this.total));
  }

  /** A group without nodes, or −1. */
  emptySlot(): number {
    return this.size.indexOf(0);
  }

  newMove(from: number): Move {
    const { slots } = this;
    const [edges, weight] = [new Float64Array(slots), new Float64Array(slots)];
    return { from, leaving: 0, arriving: 0, edges, weight, inside: 0, insideWeight: 0 };
  }

  /** Makes ready for `change` and `apply` with this move. */
  begin(move: Move): void {
    const { slots, size, model, removal, cost, ends } = this;
    const { from } = move;
    const left = size[from] - move.leaving;
    this.move = move;
    this.movedEnds = 2 * move.inside;
    for (const t of this.occupied) this.movedEnds += move.edges[t];
    let departure = groupTerm(model.topology, left, ends[from] - this.movedEnds);
    departure -= groupTerm(model.topology, size[from], ends[from]);
    removal.fill(0);
    for (const t of this.occupied) {
      if (t === from) continue;
      const place = from * slots + t;
      const [m, x] = [this.edges[place] - move.edges[t], this.weight[place] - move.weight[t]];
      removal[t] = pairTerm(model, left, size[t], false, m, x) - cost[place];
      departure += removal[t];
    }
    const own = from * slots + from;
    const within = this.edges[own] - move.edges[from] - move.inside;
    const weightWithin = this.weight[own] - move.weight[from] - move.insideWeight;
    this.departure = departure + pairTerm(model, left, left, true, within, weightWithin) - cost[own];
    if (this.upper !== undefined && this.moveAbove !== undefined) {
      this.handOn(move, this.moveAbove);
      this.upper.begin(this.moveAbove);
    }
  }

  /** What the description length changes by if the move goes to group `to`, other than its own. */
  change(to: number): number {
    const { slots, size, model, cost, ends } = this;
    const move = this.begun();
    const { from, edges, weight } = move;
    const [n, left] = [size[to] + move.arriving, size[from] - move.leaving];
    const row = to * slots;
    let sum = this.departure - this.removal[to];
    sum += groupTerm(model.topology, n, ends[to] + this.movedEnds) - groupTerm(model.topology, size[to], ends[to]);
    for (const t of this.occupied) {
      if (t === from || t === to) continue;
      // Free degrees: the sizes of groups don't count for their pairs.
      if (model.topology === "degree-corrected" && edges[t] === 0) continue;
      const place = row + t;
      sum += pairTerm(model, n, size[t], false, this.edges[place] + edges[t], this.weight[place] + weight[t]);
      sum -= cost[place];
    }
    const within = this.edges[row + to] + edges[to] + move.inside;
    const weightWithin = this.weight[row + to] + weight[to] + move.insideWeight;
    sum += pairTerm(model, n, n, true, within, weightWithin) - cost[row + to];
    const between = this.edges[row + from] + edges[from] - edges[to];
    const weightBetween = this.weight[row + from] + weight[from] - weight[to];
    sum += pairTerm(model, n, left, false, between, weightBetween) - cost[row + from];
    return sum + this.changeOfCounts(to, left);
  }

  private changeOfCounts(to: number, left: number): number {
    const move = this.begun();
    const [groups, nodes] = [this.occupied.length, this.nodes];
    const [empties, begins] = [left === 0 ? 1 : 0, this.size[to] === 0 ? 1 : 0];
    const after = groups - empties + begins;
    const nodesAfter = nodes - move.leaving + move.arriving;
    const same = after === groups && nodesAfter === nodes;
    let sum = same ? 0 : partitionTerm(nodesAfter, after) - partitionTerm(nodes, groups);
    if (this.upper !== undefined) sum += this.upper.changeAbove(this.parentOf(to), begins);
    else if (after !== groups) sum += edgeCountTerm(after, this.total) - edgeCountTerm(groups, this.total);
    return sum;
  }

  /** As `change`, for the move that a level below hands on; it may stay within its group. */
  private changeAbove(to: number, arriving: number): number {
    const move = this.begun();
    move.arriving = arriving;
    return to === move.from ? this.changeOfSize(arriving - move.leaving) : this.change(to);
  }

  /** What it changes that a group gains or loses a node without edges of its own. */
  private changeOfSize(gain: number): number {
    if (gain === 0) return 0;
    const { slots, size, model, cost } = this;
    const r = this.begun().from;
    const n = size[r] + gain;
    let sum = groupTerm(model.topology, n, this.ends[r]) - groupTerm(model.topology, size[r], this.ends[r]);
    for (const t of this.occupied) {
      const place = r * slots + t;
      const other = t === r ? n : size[t];
      sum += pairTerm(model, n, other, t === r, this.edges[place], this.weight[place]) - cost[place];
    }
    const groups = this.occupied.length;
    return sum + partitionTerm(this.nodes + gain, groups) - partitionTerm(this.nodes, groups);
  }

  /** Moves what `begin` was told, to group `to`; a group that begins so belongs where the left one does. */
  apply(to: number): void {
    const move = this.begun();
    const { from } = move;
    if (this.upper !== undefined && this.moveAbove !== undefined && to !== from) {
      const parent = this.parentOf(to);
      this.moveAbove.arriving = this.size[to] === 0 ? 1 : 0;
      this.parent[to] = parent;
      this.upper.apply(parent);
    }
    if (to !== from) {
      for (const t of this.occupied) {
        this.add(from, t, -move.edges[t], -move.weight[t]);
        if (t !== from) this.add(to, t, move.edges[t], move.weight[t]);
      }
      this.add(from, to, move.edges[from], move.weight[from]);
      this.add(from, from, -move.inside, -move.insideWeight);
      this.add(to, to, move.inside, move.insideWeight);
      this.ends[from] -= this.movedEnds;
      this.ends[to] += this.movedEnds;
    }
    this.size[from] -= move.leaving;
    this.size[to] += move.arriving;
    this.nodes += move.arriving - move.leaving;
    if (this.size[from] === 0) this.clear(from);
    if (this.size[from] === 0 || !this.occupied.includes(to))
      this.occupied = [...new Set([...this.occupied, to])].filter((r) => this.size[r] > 0).sort((a, b) => a - b);
    if (this.size[from] > 0) this.refreshCosts(from);
    this.refreshCosts(to);
  }

  private begun(): Move {
    if (this.move === undefined) throw new Error("Level: a move must begin before it is weighed");
    return this.move;
  }

  private parentOf(group: number): number {
    return this.size[group] > 0 ? this.parent[group] : this.parent[this.begun().from];
  }

  private add(r: number, s: number, m: number, x: number): void {
    this.edges[r * this.slots + s] += m;
    this.weight[r * this.slots + s] += x;
    if (r === s) return;
    this.edges[s * this.slots + r] += m;
    this.weight[s * this.slots + r] += x;
  }

  private refreshCosts(r: number): void {
    const { slots, size, model } = this;
    for (const s of this.occupied) {
      const place = r * slots + s;
      const cost = pairTerm(model, size[r], size[s], r === s, this.edges[place], this.weight[place]);
      this.cost[place] = cost;
      this.cost[s * slots + r] = cost;
    }
  }

  /** Nothing is left of an emptied group, not even rounding. */
  private clear(r: number): void {
    const { slots } = this;
    for (const counts of [this.edges, this.weight, this.cost]) {
      counts.fill(0, r * slots, (r + 1) * slots);
      for (let t = 0; t < slots; t++) counts[t * slots + r] = 0;
    }
    this.ends[r] = 0;
  }

  /** From above the same edges move, between groups of these groups; a node moves there only if a group empties or begins. */
  private handOn(move: Move, seen: Move): void {
    seen.from = this.parent[move.from];
    seen.edges.fill(0);
    for (const t of this.occupied) seen.edges[this.parent[t]] += move.edges[t];
    seen.leaving = this.size[move.from] === move.leaving ? 1 : 0;
    seen.inside = move.inside;
  }
}
