/** @file Class means seen from their centre: m_c = μ_c − μ̄, how long they are, and where they point. */

import type { ClassMeans } from "./class-means.ts";

/** Vectors that are shorter or closer than this are the same: they have no direction, no distance. */
export const tiny = 1e-12;

export interface CentredMeans {
  /** m_c [classes × width] */
  readonly vectors: Float64Array;
  /** ‖m_c‖ */
  readonly norms: Float64Array;
  /** u_c = m_c/‖m_c‖ [classes × width]; zeros where m_c is none. */
  readonly directions: Float64Array;
}

export function centredMeans({ width, means, centre, ids }: ClassMeans): CentredMeans {
  const vectors = means.map((value, i) => value - centre[i % width]);
  const norms = rowNorms(vectors, width);
  return { vectors, norms, directions: unitRows(vectors, norms, width, ids.length) };
}

export function rowNorms(rows: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: rows.length / width }, (_, r) => {
    let sum = 0;
    for (let k = r * width; k < (r + 1) * width; k++) sum += rows[k] * rows[k];
    return Math.sqrt(sum);
  });
}

export function unitRows(rows: Float64Array, norms: Float64Array, width: number, count: number): Float64Array {
  const units = new Float64Array(count * width);
  for (let r = 0; r < count; r++)
    if (norms[r] >= tiny) for (let k = 0; k < width; k++) units[r * width + k] = rows[r * width + k] / norms[r];
  return units;
}
