/** @file The sizes that recognition depends on, and what is wrong with some. */

import { CajalError } from "../../../graph/index.ts";
import { logHypergeometricTail } from "../hypergeometric.ts";

export interface SegmentSizes {
  /** Cells of the population. */
  readonly n: number;
  /** Cells active at a time. */
  readonly a: number;
  /** Synapses of a segment, each on another cell. */
  readonly s: number;
  /** Active synapses that make the segment fire. */
  readonly theta: number;
}

/** ln P_fp; any s and a up to n. */
export function logFalsePositive({ n, a, s, theta }: SegmentSizes): number {
  return logHypergeometricTail(theta, { total: n, marked: s, drawn: a });
}

export function checkWhole(where: string, sizes: Readonly<Record<string, number>>, least: number): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) && Number.isFinite(value))
      throw new CajalError("argument", `${where}: ${name} = ${value} is a fraction: sizes are whole numbers`, {
        advice: `Round it. For unions, unionFalsePositive rounds expected sizes itself; its mode "segment-exact" averages over the sizes that unions have, and rounds nothing.`,
      });
    if (!(Number.isSafeInteger(value) && value >= least))
      throw new CajalError(
        "argument",
        `${where}: ${name} = ${value}, where a whole number from ${least} up is expected`,
      );
  }
}

/** @throws CajalError `argument` naming the two sizes that contradict each other */
export function checkSizes(where: string, { n, a, s, theta }: SegmentSizes): void {
  checkWhole(where, { n, a, s }, 1);
  checkWhole(where, { theta }, 0);
  if (a > n) throw new CajalError("argument", `${where}: a = ${a} active cells, but the population has only n = ${n}`);
  checkSegment(where, { a, s, theta });
}

/** @throws CajalError `argument` naming the two sizes that contradict each other */
export function checkSegment(where: string, { a, s, theta }: Omit<SegmentSizes, "n">): void {
  if (s > a)
    throw new CajalError("argument", `${where}: s = ${s} synapses cannot be sampled from a = ${a} active cells`, {
      advice: "Take s ≤ a. A segment that holds several patterns is what unionFalsePositive is for.",
    });
  if (theta > s)
    throw new CajalError("argument", `${where}: θ = ${theta} active synapses are never reached by s = ${s} synapses`, {
      advice: "Take θ ≤ s.",
    });
}
