/** @file The learning rate of networks that select nothing: that of those which do, constant as long as spaces are selected, then falling. */

import { type Schedule, schedule } from "../../../../nn/index.ts";
import { usualStages } from "../train.ts";

/** @param rate at first */
export function baselineRate(rate: number, steps: number): Schedule {
  const constant = Math.round((1 - usualStages[2]) * steps);
  const falling = schedule.cosine(rate, steps - constant, 0.02 * rate);
  return schedule.define((step, a) =>
    a.below(step, constant, a.number(rate, step), a.of(falling, a.plus(step, -constant))),
  );
}
