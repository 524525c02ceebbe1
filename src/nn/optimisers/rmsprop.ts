/** @file RMSProp (Tieleman & Hinton 2012) and AdaGrad (Duchi et al. 2011): gradients over the root of their past squares. */

import { chain, type Optimiser } from "./optimiser.ts";
import { perParameter, runningMean } from "./per-parameter.ts";
import { type Rate, scaleByRate } from "./rate.ts";
import { accumulateVelocity } from "./sgd.ts";

export interface RmspropOptions {
  /** What the mean of squared gradients keeps in a step. Default 0.9. */
  readonly decay?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** μ of a velocity on top; 0 for none. Default 0. */
  readonly momentum?: number;
}

/** RMSProp: s ← ρ·s + (1 − ρ)·g², θ ← θ − rate·g/(√s + ε). */
export function rmsprop(rate: Rate, { decay = 0.9, epsilon = 1e-8, momentum = 0 }: RmspropOptions = {}): Optimiser {
  const scale = perParameter({
    slots: { square: 0 },
    shared: () => undefined,
    update: ({ gradient, square: before }) => {
      const square = runningMean(before, gradient.square(), decay);
      return { update: gradient.div(square.sqrt().add(epsilon)), square };
    },
  });
  return chain(scale, ...(momentum === 0 ? [] : [accumulateVelocity({ momentum })]), scaleByRate(rate));
}

export interface AdagradOptions {
  /** What the sum of squares begins with. Default 0. */
  readonly initial?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/** AdaGrad: s ← s + g², θ ← θ − rate·g/(√s + ε). */
export function adagrad(rate: Rate, { initial = 0, epsilon = 1e-8 }: AdagradOptions = {}): Optimiser {
  const scale = perParameter({
    slots: { sum: initial },
    shared: () => undefined,
    update: ({ gradient, sum: before }) => {
      const sum = before.add(gradient.square());
      return { update: gradient.div(sum.sqrt().add(epsilon)), sum };
    },
  });
  return chain(scale, scaleByRate(rate));
}
