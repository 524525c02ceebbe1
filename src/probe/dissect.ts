/**
 * @file Network dissection: which concept lies where a unit is on (Bau, Zhou, Khosla, Oliva & Torralba 2017,
 * arXiv:1704.05796), with the significance that the paper leaves out.
 *
 *     IoU(u, c) = Σ |M_u ∩ L_c| / Σ |M_u ∪ L_c|      M_u: pixels where the unit is on; L_c: pixels with the concept
 *
 * with sums over all pictures. Null hypothesis: a picture's masks of concepts say nothing about where its units are on, so
 * the masks (of all concepts together) can be exchanged between pictures. p counts, among S shuffles, those in which the
 * best concept agrees at least as well as the best one did in fact: the choice of the best is part of the test, and so is
 * where in pictures a concept usually lies.
 *
 * Pictures stream: masks are permuted within blocks of successive pictures that fit into a fixed memory. These
 * permutations form a group, so the test is exact if the pictures of a block are exchangeable, that is, if they come in
 * random order. Blocks in which all pictures are alike (sorted by class) cost power, not validity.
 */

import type { Rng } from "../graph/rng.ts";
import { ConceptCombinations } from "./concept-map.ts";
import { agreements, bestAgreement, type Dissected, rank } from "./dissected.ts";

export interface DissectionOptions {
  readonly units: number;
  readonly concepts: readonly string[];
  /** Pixels of a picture and of its masks: height × width. */
  readonly pixels: number;
  readonly rng: Rng;
  /** Shuffles S; the smallest possible p is 1/(1 + S). Default 100. */
  readonly shuffles?: number;
  /** Numbers, of 4 bytes, kept of a block of pictures: their concepts and lit pixels. Default 2²² (16 MiB). */
  readonly memory?: number;
}

const defaultMemory = 2 ** 22;
/** A block has as many pictures even where they exceed the memory: with few, shuffles change little. */
const smallestBlock = 16;

/** Agreement of the units of a layer with concepts, streaming over pictures. Memory: S × units × concepts numbers, and a block. */
export class Dissection {
  private readonly options: DissectionOptions;
  private readonly memory: number;
  /** Intersections, [units, concepts]: first as observed, then of each shuffle. */
  private readonly intersections: readonly Uint32Array[];
  /** Number of pixels where each unit is on, and with each concept, over all pictures. */
  private readonly unitAreas: Float64Array;
  private readonly conceptAreas: Float64Array;
  private block: Block;
  private readonly lit: Int32Array;

  constructor(options: DissectionOptions) {
    const { units, concepts, pixels, shuffles = 100, memory = defaultMemory } = options;
    this.options = options;
    this.memory = memory;
    this.intersections = Array.from({ length: 1 + shuffles }, () => new Uint32Array(units * concepts.length));
    this.unitAreas = new Float64Array(units);
    this.conceptAreas = new Float64Array(concepts.length);
    this.block = new Block(concepts);
    this.lit = new Int32Array(pixels);
  }

  /**
   * Takes in a picture.
   *
   * @param masks per concept one byte per pixel, not 0 where the concept is; concepts without mask are nowhere
   * @param litPixels writes the pixels where a unit is on into the array it is given, and gives their number
   * @throws CajalError `bad-labels` if a mask has another number of pixels or an unknown concept
   */
  addPicture(masks: ReadonlyMap<string, Uint8Array>, litPixels: (unit: number, lit: Int32Array) => number): void {
    const { units, pixels } = this.options;
    const { block } = this;
    const combinations = block.combinations.map(masks, pixels);
    block.maps.push(combinations);
    for (const combination of combinations) {
      for (const concept of block.combinations.concepts[combination]) this.conceptAreas[concept]++;
    }
    for (let unit = 0; unit < units; unit++) {
      const count = litPixels(unit, this.lit);
      this.unitAreas[unit] += count;
      block.push(this.lit, count);
    }
    if (block.maps.length >= smallestBlock && block.size > this.memory) this.closeBlock();
  }

  /** The concept that agrees best with each unit; undefined for units that are never on where a concept is. */
  dissected(): (Dissected | undefined)[] {
    this.closeBlock();
    const { units, concepts } = this.options;
    return Array.from({ length: units }, (_, unit) => {
      const row = unit * concepts.length;
      const [observed, ...shuffled] = this.intersections.map((intersections) =>
        bestAgreement(intersections, row, this.unitAreas[unit], this.conceptAreas),
      );
      const p = (1 + shuffled.filter((best) => best >= observed).length) / (1 + shuffled.length);
      return rank(concepts, agreements(this.intersections[0], row, this.unitAreas[unit], this.conceptAreas), p);
    });
  }

  /** Counts the block's intersections as observed and under each shuffle, and begins a new one. */
  private closeBlock(): void {
    const { units, concepts, rng } = this.options;
    const { block } = this;
    const count = block.maps.length;
    this.intersections.forEach((intersections, shuffle) => {
      const partner = shuffle === 0 ? Int32Array.from({ length: count }, (_, i) => i) : rng.permutation(count);
      for (let picture = 0; picture < count; picture++) {
        block.intersect(picture, partner[picture], units, concepts.length, intersections);
      }
    });
    this.block = new Block(concepts);
  }
}

/** Successive pictures: their concepts by pixel, and the lit pixels of each of their units, one list after another. */
class Block {
  readonly combinations: ConceptCombinations;
  readonly maps: Int32Array[] = [];
  private lit = new Int32Array(1024);
  /** List i ends where list i + 1 starts. */
  private readonly starts = [0];

  constructor(concepts: readonly string[]) {
    this.combinations = new ConceptCombinations(concepts);
  }

  /** Numbers that the block holds. */
  get size(): number {
    return this.maps.reduce((sum, map) => sum + map.length, this.starts[this.starts.length - 1]);
  }

  push(lit: Int32Array, count: number): void {
    const start = this.starts[this.starts.length - 1];
    if (start + count > this.lit.length) {
      const larger = new Int32Array(2 * (start + count));
      larger.set(this.lit);
      this.lit = larger;
    }
    for (let i = 0; i < count; i++) this.lit[start + i] = lit[i];
    this.starts.push(start + count);
  }

  /** Adds, for every unit, the pixels lit in one picture on which each concept lies in another. */
  intersect(picture: number, partner: number, units: number, concepts: number, intersections: Uint32Array): void {
    const { lit, starts } = this;
    const map = this.maps[partner];
    for (let unit = 0; unit < units; unit++) {
      const list = picture * units + unit;
      const end = starts[list + 1];
      const row = unit * concepts;
      // Lit pixels lie together, and so do those of a concept: counted in runs.
      for (let i = starts[list]; i < end; ) {
        const runStart = i;
        const combination = map[lit[i]];
        do i++;
        while (i < end && map[lit[i]] === combination);
        if (combination === 0) continue;
        const present = this.combinations.concepts[combination];
        for (let k = 0; k < present.length; k++) intersections[row + present[k]] += i - runStart;
      }
    }
  }
}
