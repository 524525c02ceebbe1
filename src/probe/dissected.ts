/** @file Dissected: the concept that agrees best with where, or when, a unit is on. */

/** A concept's agreement with a unit. */
export interface Agreement {
  readonly concept: string;
  /** Intersection over union, 0–1. */
  readonly iou: number;
}

export interface Dissected extends Agreement {
  /** (1 + shuffles whose best concept agrees at least as well) / (1 + shuffles). */
  readonly p: number;
  /** The next best concepts. */
  readonly runnersUp: readonly Agreement[];
}

const runnersUpKept = 3;

/**
 * Agreement of a unit with each concept, |A ∩ B| / |A ∪ B| from the sizes of the sets; 0 where both are empty.
 *
 * @param intersections with each concept, from index `from` on
 * @param unitArea size of the unit's set
 * @param conceptAreas sizes of the concepts' sets
 */
export function agreements(
  intersections: ArrayLike<number>,
  from: number,
  unitArea: number,
  conceptAreas: Float64Array,
): Float64Array {
  return conceptAreas.map((area, i) => intersectionOverUnion(intersections[from + i], unitArea, area));
}

/** The largest of the `agreements`. */
export function bestAgreement(
  intersections: ArrayLike<number>,
  from: number,
  unitArea: number,
  conceptAreas: Float64Array,
): number {
  let best = 0;
  for (let i = 0; i < conceptAreas.length; i++) {
    best = Math.max(best, intersectionOverUnion(intersections[from + i], unitArea, conceptAreas[i]));
  }
  return best;
}

function intersectionOverUnion(intersection: number, a: number, b: number): number {
  return intersection === 0 ? 0 : intersection / (a + b - intersection);
}

/**
 * Ranks the concepts of a unit.
 *
 * @param iou agreement of the unit with each concept
 * @returns undefined if no concept agrees at all
 */
export function rank(concepts: readonly string[], iou: ArrayLike<number>, p: number): Dissected | undefined {
  const [best, ...others] = concepts
    .map((concept, i) => ({ concept, iou: iou[i] }))
    .filter((agreement) => agreement.iou > 0)
    .sort((a, b) => b.iou - a.iou);
  return best && { ...best, p, runnersUp: others.slice(0, runnersUpKept) };
}
