/** @file What sparse training costs, as if every product were made of connections alone. */

import { sparseFlops } from "../flops.ts";
import type { MaskRecord } from "./history.ts";

export interface Flops {
  /** Floating-point operations of all training steps: forward, and backward to inputs and to weights. */
  readonly train: number;
  /** Of the forward pass of one batch. */
  readonly inference: number;
}

/** Of a network, and of the same network without masks. */
export interface Spent extends Flops {
  readonly dense: Flops;
}

export interface SpentOptions {
  /** Of a forward pass of one batch, by weight. */
  readonly costs: Readonly<Record<string, number>>;
  /** Densities before the first update, by weight; 1 where there is none. */
  readonly initial: Readonly<Record<string, number>>;
  readonly records: readonly MaskRecord[];
  readonly steps: number;
  /** Whether connections grow by gradient: the gradient that decides is dense. */
  readonly byGradient: boolean;
  /** Dense passes, forward and backward, before training. */
  readonly before: number;
}

/** Σ over steps of 3·Σ density·cost, and what dense gradients at updates of the masks cost beyond that (Evci et al. 2020, appendix H). */
export function spentFlops({ costs, initial, records, steps, byGradient, before }: SpentOptions): Spent {
  const whole = sparseFlops(costs);
  let now = sparseFlops(costs, initial);
  let train = 3 * before * whole;
  let since = 0;
  for (const { step, perLayer, grown } of records) {
    train += 3 * (step - since) * now;
    if (byGradient && grown > 0) train += whole - now;
    now = sparseFlops(costs, perLayer);
    since = step;
  }
  train += 3 * (steps - since) * now;
  return { train, inference: now, dense: { train: 3 * steps * whole, inference: whole } };
}
