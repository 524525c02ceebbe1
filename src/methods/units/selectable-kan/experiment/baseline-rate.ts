/** @file The learning rate of networks that select nothing: that of those which do, half of the steps constant, then falling. */

import { type Schedule, schedule } from "../../../../nn/index.ts";

export function baselineRate(steps: number): Schedule {
  const half = steps / 2;
  const falling = schedule.cosine(0.01, half, 0.0002);
  return schedule.define((step, a) => a.below(step, half, a.number(0.01, step), a.of(falling, a.plus(step, -half))));
}
