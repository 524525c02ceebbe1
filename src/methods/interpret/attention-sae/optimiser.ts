/** @file The optimiser of dictionaries: Adam without momentum, gradients along the sphere, rows of length one, a rate that begins low. */

import { Tensor } from "../../../graph/index.ts";
import {
  alongSphere,
  chain,
  keepUnitRows,
  type Optimiser,
  type OptimiserState,
  scaleByAdam,
  scaleByRate,
  schedule,
} from "../../../nn/index.ts";
import { forgotten } from "./resample.ts";

const isDecoder = (path: string) => path === "decoder";

/** The learning rate after steps since the (re)start: from a tenth along half a cosine up to the rate, then the rate. */
export function ramp(rate: number, steps: number): ReturnType<typeof schedule.cosine> {
  return schedule.cosine(0.1 * rate, Math.max(1, steps), rate);
}

/** β₁ = 0, β₂ = 0.9999. */
export function saeOptimiser(rate: number, rising: number): Optimiser {
  return chain(
    alongSphere(isDecoder),
    scaleByAdam({ beta1: 0, beta2: 0.9999 }),
    scaleByRate(ramp(rate, rising)),
    keepUnitRows(isDecoder),
  );
}

/** The optimiser's state with moments of some features at zero, and its rate at the beginning of the ramp. */
export function restarted(state: OptimiserState<Tensor>, features: readonly number[]): OptimiserState<Tensor> {
  // The links of the chain, by their numbers: Adam is 1, the rate 2.
  const adam = state[1] as OptimiserState<Tensor>;
  const moments = (name: string) => forgotten(adam[name] as OptimiserState<Tensor>, features);
  return { ...state, 1: { ...adam, m: moments("m"), v: moments("v") }, 2: { step: Tensor.scalar(0) } };
}
