/** @file Lion (Chen et al. 2023): the sign of an interpolated momentum. */

import { chain, type Optimiser } from "./optimiser.ts";
import { perParameter, runningMean } from "./per-parameter.ts";
import { type Rate, scaleByRate } from "./rate.ts";
import { addDecayedWeights, type DecayOptions } from "./weight-decay.ts";

export interface LionOptions extends DecayOptions {
  /** β₁: the momentum's share in the direction taken. Default 0.9. */
  readonly beta1?: number;
  /** β₂: what the momentum keeps in a step. Default 0.99. */
  readonly beta2?: number;
}

/** Lion (algorithm 2 of arXiv:2302.06675): θ ← θ − rate·(sign(β₁m + (1−β₁)g) + λθ), m ← β₂m + (1−β₂)g. Default decay 0. */
export function lion(rate: Rate, { beta1 = 0.9, beta2 = 0.99, weightDecay = 0, mask }: LionOptions = {}): Optimiser {
  const signs = perParameter({
    slots: { m: 0 },
    shared: () => undefined,
    update: ({ gradient, m }) => ({
      update: runningMean(m, gradient, beta1).sign(),
      m: runningMean(m, gradient, beta2),
    }),
  });
  return chain(signs, addDecayedWeights({ weightDecay, mask }), scaleByRate(rate));
}
