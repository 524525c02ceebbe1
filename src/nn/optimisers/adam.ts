/** @file Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019). */

import { chain, type Optimiser } from "./optimiser.ts";
import { perParameter } from "./per-parameter.ts";
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

/**
 * m̂/(√v̂ + ε): the gradient's running mean over the root of that of its square, both freed from their start at zero.
 * The state holds the sums behind the two means, m = Σ β₁ⁱ g and v = Σ β₂ⁱ g² over gradients i steps old: each pass over large arrays counts,
 * and what turns sums into means is one factor for all of them.
 */
export function scaleByAdam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimiser {
  return perParameter({
    slots: { m: 0, v: 0 },
    shared: (t) => {
      // What a sum of β⁰ … βᵗ⁻¹ comes to: a sum over its count is the mean freed from its start at zero.
      const count = (beta: number) =>
        t
          .mul(Math.log(beta))
          .exp()
          .sub(1)
          .div(beta - 1);
      const root = count(beta2).sqrt();
      return { scale: root.div(count(beta1)), epsilon: root.mul(epsilon) };
    },
    update: ({ gradient, m: before, v: squaresBefore }, shared) => {
      const m = before.mul(beta1).add(gradient);
      const v = squaresBefore.mul(beta2).add(gradient.square());
      return { update: m.div(v.sqrt().add(shared.epsilon)).mul(shared.scale), m, v };
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
