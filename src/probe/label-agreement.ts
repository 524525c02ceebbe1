/**
 * @file Network dissection with labels of whole pictures: a label's mask is all of its pictures, as scenes are in Bau et al. 2017.
 *
 *     IoU(u, l) = Σ |M_u ∩ L_l| / Σ |M_u ∪ L_l|      M_u: positions where the unit is on; L_l: all positions of pictures labelled l
 *
 * Null hypothesis: how much of a picture the unit is on for says nothing about its label, so labels can be exchanged between pictures.
 * p counts the shuffles whose best label agrees at least as well as the best one did in fact. It is computed on a uniform sample
 * of the pictures where they are many (all of them up to `kept`), so that memory stays flat; the IoU is that of all pictures.
 */

import type { Rng } from "../graph/rng.ts";
import { agreements, bestAgreement, type Dissected, rank } from "./dissected.ts";

export interface LabelAgreementOptions {
  readonly units: number;
  readonly labels: readonly string[];
  /** Positions of a picture, at which a unit is on or not. */
  readonly positions: number;
  readonly rng: Rng;
  /** Shuffles S; the smallest possible p is 1/(1 + S). Default 1000. */
  readonly shuffles?: number;
  /** Pictures kept for the shuffles. Default 1000. */
  readonly kept?: number;
}

/** A picture kept: its label, and at how many positions each unit is on. */
interface Kept {
  readonly label: number;
  readonly areas: Float32Array;
}

/** Agreement of the units of a layer with labels, streaming over pictures with one label each. */
export class LabelAgreement {
  private readonly options: LabelAgreementOptions;
  /** Lit positions in pictures of each label, [units, labels]. */
  private readonly intersections: Float64Array;
  private readonly unitAreas: Float64Array;
  private readonly labelAreas: Float64Array;
  private readonly sample: Kept[] = [];
  private seen = 0;

  constructor(options: LabelAgreementOptions) {
    const { units, labels } = options;
    this.options = options;
    this.intersections = new Float64Array(units * labels.length);
    this.unitAreas = new Float64Array(units);
    this.labelAreas = new Float64Array(labels.length);
  }

  /**
   * Takes in a picture.
   *
   * @param label index into `labels`
   * @param area the number of positions at which a unit is on
   */
  addPicture(label: number, area: (unit: number) => number): void {
    const { units, labels, positions, rng, kept = 1000 } = this.options;
    const areas = Float32Array.from({ length: units }, (_, unit) => area(unit));
    this.labelAreas[label] += positions;
    for (let unit = 0; unit < units; unit++) {
      this.intersections[unit * labels.length + label] += areas[unit];
      this.unitAreas[unit] += areas[unit];
    }
    // Reservoir sampling (Vitter 1985, algorithm R).
    const place = this.seen < kept ? this.seen : rng.int(0, this.seen + 1);
    if (place < kept) this.sample[place] = { label, areas };
    this.seen++;
  }

  /** The label that agrees best with each unit; undefined for units that are never on. */
  dissected(): (Dissected | undefined)[] {
    const { units, labels } = this.options;
    const { intersections, unitAreas, labelAreas } = this;
    const p = this.significance();
    return Array.from({ length: units }, (_, unit) =>
      rank(labels, agreements(intersections, unit * labels.length, unitAreas[unit], labelAreas), p[unit]),
    );
  }

  private significance(): Float64Array {
    const { units, labels, positions, rng, shuffles = 1000 } = this.options;
    const { sample } = this;
    const labelOf = Int32Array.from(sample, ({ label }) => label);
    const labelAreas = new Float64Array(labels.length);
    for (const label of labelOf) labelAreas[label] += positions;
    // Per unit, the pictures in which it is on: few, so that a shuffle costs little.
    const lit = Array.from({ length: units }, (_, unit) => {
      const pictures = sample.flatMap(({ areas }, picture) => (areas[unit] > 0 ? [picture] : []));
      const areas = Float64Array.from(pictures, (picture) => sample[picture].areas[unit]);
      return { pictures: Int32Array.from(pictures), areas, total: areas.reduce((sum, area) => sum + area, 0) };
    });
    const sums = new Float64Array(labels.length);
    const bestOf = (unit: number, labelling: Int32Array): number => {
      const { pictures, areas, total } = lit[unit];
      sums.fill(0);
      for (let i = 0; i < pictures.length; i++) sums[labelling[pictures[i]]] += areas[i];
      return bestAgreement(sums, 0, total, labelAreas);
    };
    const observed = Float64Array.from({ length: units }, (_, unit) => bestOf(unit, labelOf));
    const asGood = new Float64Array(units);
    for (let shuffle = 0; shuffle < shuffles; shuffle++) {
      const labelling = Int32Array.from(rng.permutation(labelOf.length), (picture) => labelOf[picture]);
      for (let unit = 0; unit < units; unit++) if (bestOf(unit, labelling) >= observed[unit]) asGood[unit]++;
    }
    return asGood.map((count) => (1 + count) / (1 + shuffles));
  }
}
