/** @file Stochastic gradient descent, plain (Robbins & Monro 1951) and with momentum (Polyak 1964, Nesterov 1983). */

import { chain, type Optimiser } from "./optimiser.ts";
import { perParameter } from "./per-parameter.ts";
import { type Rate, scaleByRate } from "./rate.ts";

/** Down the gradient: θ ← θ − rate·g. */
export function sgd(rate: Rate): Optimiser {
  return scaleByRate(rate);
}

export interface MomentumOptions {
  /** μ: what the velocity keeps in a step. Default 0.9. */
  readonly momentum?: number;
  /** Look ahead along the velocity (Sutskever et al. 2013). Default false. */
  readonly nesterov?: boolean;
}

/** The velocity v ← μ·v + g; with Nesterov's look-ahead, μ·v + g of the new velocity. */
export function accumulateVelocity({ momentum: mu = 0.9, nesterov = false }: MomentumOptions = {}): Optimiser {
  return perParameter({
    slots: { velocity: 0 },
    shared: () => undefined,
    update: ({ gradient, velocity: before }) => {
      const velocity = before.mul(mu).add(gradient);
      return { update: nesterov ? velocity.mul(mu).add(gradient) : velocity, velocity };
    },
  });
}

/** Gradient descent with momentum: v ← μ·v + g, θ ← θ − rate·v. */
export function momentum(rate: Rate, options: MomentumOptions = {}): Optimiser {
  return chain(accumulateVelocity(options), scaleByRate(rate));
}
