/** @file Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019). */

import { chain, type Optimiser } from "./optimiser.ts";
import { perParameter, runningMean } from "./per-parameter.ts";
import { type Rate, scaleByRate } from "./rate.ts";
import { addDecayedWeights, type DecayOptions } from "./weight-decay.ts";

export interface AdamOptions {
  /** β₁: what the mean of gradients keeps in a step. Default 0.9. */
  readonly beta1?: number;
  /** β₂: what the mean of squared gradients keeps in a step. Default 0.999. */
  readonly beta2?: number;
  /** ε: added to the root of the mean of squares. Default 1e-8. */
  readonly epsilon?: number;
}

/** m̂/(√v̂ + ε): the gradient's running mean over the root of that of its square, both freed from their start at zero. */
export function scaleByAdam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimiser {
  return perParameter({
    slots: { m: 0, v: 0 },
    shared: (t) => {
      const correction = (beta: number) => t.mul(Math.log(beta)).exp().neg().add(1);
      const root = correction(beta2).sqrt();
      // √(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε√(1−β₂ᵗ)) is m̂/(√v̂ + ε), with fewer operations on large arrays.
      return { scale: root.div(correction(beta1)), epsilon: root.mul(epsilon) };
    },
    update: ({ gradient, m, v }, shared) => {
      const mean = runningMean(m, gradient, beta1);
      const square = runningMean(v, gradient.square(), beta2);
      return { update: mean.div(square.sqrt().add(shared.epsilon)).mul(shared.scale), m: mean, v: square };
    },
  });
}

/** Adam (Kingma & Ba 2015, algorithm 1). */
export function adam(rate: Rate, options: AdamOptions = {}): Optimiser {
  return chain(scaleByAdam(options), scaleByRate(rate));
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019): parameters also shrink by rate · weightDecay. Default decay 0.01. */
export function adamw(
  rate: Rate,
  { weightDecay = 0.01, mask, ...options }: AdamOptions & DecayOptions = {},
): Optimiser {
  return chain(scaleByAdam(options), addDecayedWeights({ weightDecay, mask }), scaleByRate(rate));
}
