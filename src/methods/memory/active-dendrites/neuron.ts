/** @file A neuron that recognises patterns on its dendrites: each segment is a coincidence detector of its own. Section 2 of arXiv:1601.00720. */

import { CajalError, Rng } from "../../../graph/index.ts";
import { type SparseCode, sample } from "../sparse-code.ts";
import { checkSegment, checkWhole } from "./sizes.ts";

export interface NeuronOptions {
  /** Cells that it listens to. */
  readonly n: number;
  /** Synapses for each stored pattern. */
  readonly s: number;
  /** Active synapses on one segment that make the neuron fire. */
  readonly theta: number;
  /** Of the choice of synapses. */
  readonly seed: number;
}

export interface Response {
  readonly fires: boolean;
  /** The segment with the most active synapses, the first of several; −1 for a neuron without segments. */
  readonly best: number;
  /** Its active synapses. */
  readonly overlap: number;
}

/**
 * Stores a pattern in one look: s of its active cells, chosen at random, become the synapses of a segment. Fires when any segment has θ active synapses.
 *
 *     const neuron = new DendriticNeuron({ n: 2000, s: 20, theta: 10, seed: 1 });
 *     neuron.store(code);
 *     neuron.fires(code); // { fires: true, best: 0, overlap: 20 }
 */
export class DendriticNeuron {
  readonly n: number;
  readonly s: number;
  readonly theta: number;
  /** Synapses as cells, ascending, by segment. */
  readonly segments: Int32Array[] = [];
  private readonly rng: Rng;
  /** Segments that have a synapse on a cell, by cell: only active cells cost time. */
  private readonly targets: number[][];

  /** @throws CajalError `argument` for sizes that contradict each other */
  constructor({ n, s, theta, seed }: NeuronOptions) {
    checkWhole("DendriticNeuron", { n, s, theta }, 1);
    checkSegment("DendriticNeuron", { a: n, s, theta });
    this.n = n;
    this.s = s;
    this.theta = theta;
    this.rng = new Rng(seed);
    this.targets = Array.from({ length: n }, () => []);
  }

  /**
   * Stores a pattern on a segment of its own, or together with what another segment holds.
   * @param segment of an earlier call
   * @returns the segment's number
   * @throws CajalError `argument` when the pattern has fewer than s active cells, or the segment is not there; `shape` for another population
   */
  store(pattern: SparseCode, segment = this.segments.length): number {
    this.check(pattern);
    checkSegment("store", { a: pattern.active.length, s: this.s, theta: this.theta });
    if (!(Number.isInteger(segment) && segment >= 0 && segment <= this.segments.length))
      throw new CajalError(
        "argument",
        `store: segment ${segment} is none of the ${this.segments.length} that are there`,
      );
    const held = new Set(this.segments[segment] ?? []);
    for (const cell of sample(this.rng, pattern.active, this.s)) {
      if (held.has(cell)) continue;
      held.add(cell);
      this.targets[cell].push(segment);
    }
    this.segments[segment] = Int32Array.from(held).sort();
    return segment;
  }

  /** Whether the neuron fires on a code, and which segment is nearest to it. @throws CajalError `shape` for another population */
  fires(code: SparseCode): Response {
    const counts = new Int32Array(this.segments.length);
    this.count(code, counts);
    let best = -1;
    let overlap = 0;
    for (let m = 0; m < counts.length; m++)
      if (best < 0 || counts[m] > overlap) {
        best = m;
        overlap = counts[m];
      }
    return { fires: overlap >= this.theta, best, overlap };
  }

  /** Active synapses of each segment on each code: [T, M]. @throws CajalError `shape` for another population */
  overlaps(codes: readonly SparseCode[]): Int32Array {
    const width = this.segments.length;
    const counts = new Int32Array(codes.length * width);
    for (const [t, code] of codes.entries()) this.count(code, counts.subarray(t * width, (t + 1) * width));
    return counts;
  }

  private count(code: SparseCode, counts: Int32Array) {
    this.check(code);
    for (const cell of code.active) for (const segment of this.targets[cell]) counts[segment]++;
  }

  private check(code: SparseCode) {
    if (code.n !== this.n)
      throw new CajalError("shape", `a code of ${code.n} cells, where the neuron listens to ${this.n}`);
  }
}
