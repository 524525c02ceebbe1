/** @file LAMB (You et al. 2020): Adam whose step in each layer is as long as the layer's weights, for large batches. */

import type { Value } from "../../graph/index.ts";
import { type AdamOptions, scaleByAdam } from "./adam.ts";
import { globalNorm } from "./clip.ts";
import { chain, type Optimiser, stateless } from "./optimiser.ts";
import { type Rate, scaleByRate } from "./rate.ts";
import { addDecayedWeights, type DecayOptions } from "./weight-decay.ts";

/** Each update times ‖parameter‖/‖update‖; unchanged where one of them is zero. */
export function scaleByTrustRatio(): Optimiser {
  return stateless((updates, params) =>
    updates.map((update, i) => {
      const [weight, step] = [globalNorm(params[i]), globalNorm(update)];
      const either = weight.mul(step).equal(0);
      const one: Value = weight.tracer.lift(1, weight.dtype);
      return update.mul(either.where(one, weight.div(either.where(one, step))));
    }),
  );
}

/** LAMB (algorithm 2 of arXiv:1904.00962, φ the identity). Default decay 0; ε 1e-6. */
export function lamb(
  rate: Rate,
  { weightDecay = 0, mask, epsilon = 1e-6, ...options }: AdamOptions & DecayOptions = {},
): Optimiser {
  return chain(
    scaleByAdam({ epsilon, ...options }),
    addDecayedWeights({ weightDecay, mask }),
    scaleByTrustRatio(),
    scaleByRate(rate),
  );
}
