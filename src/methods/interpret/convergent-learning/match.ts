/** @file Matching units one to one: repeats allowed (semi-matching), or each once (assignment). */

import { CajalError } from "../../../graph/index.ts";
import { bestAssignment } from "../../../nn/index.ts";
import { reordered, rowsOf, transposed } from "../matrix.ts";
import { informationOf, type JointStats, liveUnits } from "./joint-stats.ts";

/** Assignment of layers with more units than this takes minutes and more. */
const largestAssignment = 2048;
/** Seconds that assignment takes for n³ = 1, as measured on one core. */
const secondsPerCube = 2e-9;

export interface MatchOptions {
  /** "semi": each unit of a takes its best unit of b; "assignment": each unit of b is taken once at most. Default "assignment". */
  readonly mode?: "semi" | "assignment";
  /** Signed correlation, or mutual information. Default "correlation". */
  readonly measure?: "correlation" | "mi";
  /** Units of the smaller layer up to which assignment is computed. Default 2,048. */
  readonly largest?: number;
}

export interface Matching {
  /** For each unit of a its unit of b, or −1. */
  readonly partner: Int32Array;
  /** How like it is: correlation, or nats; NaN without partner. */
  readonly score: Float64Array;
  /** Units of a without partner: dead ones, and those that are left over where a has more units than b. */
  readonly unmatched: readonly number[];
}

/** @throws CajalError `too-large` with the time it would take, `argument` when mutual information was not estimated */
export function matchUnits(stats: JointStats, options: MatchOptions = {}): Matching {
  const { mode = "assignment", measure = "correlation", largest = largestAssignment } = options;
  const scores = measure === "mi" ? informationOf(stats) : stats.cross;
  const [rows, columns] = [liveUnits(stats.a), liveUnits(stats.b)];
  const live = reordered(scores, rows, columns);
  // A pair that was not looked at is no candidate.
  for (let at = 0; at < live.data.length; at++) if (Number.isNaN(live.data[at])) live.data[at] = -1e3;
  const size = Math.min(rows.length, columns.length);
  if (mode === "assignment" && size > largest) throw tooLarge(size, Math.max(rows.length, columns.length), largest);
  const found = mode === "semi" ? bestOfEach(rowsOf(live)) : assigned(live);
  const partner = new Int32Array(scores.rows).fill(-1);
  const score = new Float64Array(scores.rows).fill(Number.NaN);
  for (const [i, row] of rows.entries()) {
    const value = found[i] < 0 ? Number.NaN : scores.data[row * scores.columns + columns[found[i]]];
    if (Number.isNaN(value)) continue;
    partner[row] = columns[found[i]];
    score[row] = value;
  }
  const unmatched = Array.from(partner, (_, unit) => unit).filter((unit) => partner[unit] < 0);
  return { partner, score, unmatched };
}

/** Units of a that the other net does not have: matched, but below the score. */
export function uniqueUnits({ score }: Matching, atLeast = 0.5): number[] {
  return Array.from(score, (_, unit) => unit).filter((unit) => score[unit] < atLeast);
}

/** The mean score of the units that have a partner; 0 if none has. */
export function meanScore({ score }: Pick<Matching, "score">): number {
  const known = score.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** How many units of b are partners, of how many units of a that have one. */
export function distinctPartners({ partner }: Matching): { readonly distinct: number; readonly matched: number } {
  const taken = Array.from(partner).filter((unit) => unit >= 0);
  return { distinct: new Set(taken).size, matched: taken.length };
}

/** Units of b in the order of their partners in a; those that nobody has come last. */
export function alignedOrder({ partner }: Matching, units: number): Int32Array {
  const taken = new Set(Array.from(partner).filter((unit) => unit >= 0));
  const rest = Array.from({ length: units }, (_, unit) => unit).filter((unit) => !taken.has(unit));
  return Int32Array.from([...taken, ...rest]);
}

function bestOfEach(rows: readonly Float64Array[]): Int32Array {
  return Int32Array.from(rows, (row) =>
    row.reduce((best, value, j) => (value > (row[best] ?? -Infinity) ? j : best), -1),
  );
}

/** −1 for rows that are left over. */
function assigned(scores: ReturnType<typeof reordered>): Int32Array {
  if (scores.rows <= scores.columns) return bestAssignment(rowsOf(scores));
  const found = new Int32Array(scores.rows).fill(-1);
  for (const [column, row] of bestAssignment(rowsOf(transposed(scores))).entries()) found[row] = column;
  return found;
}

function tooLarge(small: number, large: number, largest: number): CajalError {
  const seconds = Math.max(1, Math.round(secondsPerCube * small ** 2 * large));
  return new CajalError(
    "too-large",
    `assignment of ${small} to ${large} units takes about ${seconds} s; up to ${largest} are assigned unasked`,
    { advice: `Say { mode: "semi" } for semi-matching, or { largest: ${small} } if the time is well spent.` },
  );
}
