/** @file How dense the network is after each step, and how much of it is exchanged. */

import { CajalError } from "../../../graph/index.ts";
import { schedule } from "../../../nn/index.ts";

export interface Timetable {
  /** Steps of training. */
  readonly steps: number;
  /** ΔT: steps between updates of the masks. */
  readonly every: number;
  /** t_f: the update at which pruning has reached the final density. A multiple of `every`. */
  readonly pruneEnd: number;
  /** No exchange of connections after this step. */
  readonly regenerateEnd: number;
}

/**
 * @param pruneEnd share of training
 * @param regenerateEnd share of training
 * @throws CajalError `argument` when no update of the masks falls within pruning
 */
export function timetable(steps: number, every: number, pruneEnd: number, regenerateEnd: number): Timetable {
  if (!(Number.isInteger(every) && every > 0))
    throw new CajalError("argument", `masks are updated every ${every} steps; a whole number from 1 on is needed`);
  for (const [name, share] of [
    ["pruneEnd", pruneEnd],
    ["regenerateEnd", regenerateEnd],
  ] as const)
    if (!(share > 0 && share <= 1)) throw new CajalError("argument", `${name} is ${share}, not a share within (0, 1]`);
  const window = Math.floor(pruneEnd * steps);
  if (every > window)
    throw new CajalError("argument", `no mask update between step 0 and ${window} with every=${every}`, {
      advice: `Take every from 1 to ${window}, or train longer.`,
    });
  return { steps, every, pruneEnd: window - (window % every), regenerateEnd: Math.floor(regenerateEnd * steps) };
}

/** The cubic schedule (Zhu & Gupta 2017): d(t) = d_f + (d_i − d_f)·(1 − t/t_f)³, and d_f from t_f on. */
export function densityAt(step: number, initial: number, final: number, { pruneEnd }: Timetable): number {
  return step >= pruneEnd ? final : final + (initial - final) * (1 - step / pruneEnd) ** 3;
}

/** What the exchanged share comes down to. */
const leastExchange = 0.005;

/** p(t): the share of a layer's connections that is exchanged, along half a cosine. Nothing at the very last step: it would learn nothing. */
export function exchangedAt(step: number, pruneRate: number, { steps, regenerateEnd }: Timetable): number {
  if (pruneRate === 0 || step > regenerateEnd || step >= steps) return 0;
  return schedule.cosine(pruneRate, regenerateEnd, Math.min(leastExchange, pruneRate))(step);
}
