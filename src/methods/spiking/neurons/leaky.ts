/**
 * @file snnTorch's `Leaky`: v ← β·v + x − s_{t−1}·θ. The soft reset acts one step later; the membrane fires above the threshold, not at it.
 *
 * No units; β = 1 − 1/τ, τ in steps.
 */

import type { Value } from "../../../graph/index.ts";
import { leakTowardsRest, leakyNeuron } from "../dynamics.ts";
import { type Firing, type FiringOptions, fireAndReset, firing, type Membrane } from "../fire.ts";
import type { Neuron, Step } from "../neuron.ts";
import { type Parameter, require } from "../parameter.ts";

export interface LeakyOptions extends FiringOptions {
  /** β in [0, 1]: what remains of the membrane after a step. Default 0.9. */
  readonly beta?: Parameter;
}

export interface Leaky extends Firing {
  readonly beta: Parameter;
}

/** @throws CajalError `argument` when β is not in [0, 1] */
export function leakyParams(options: LeakyOptions = {}): Leaky {
  const { beta = 0.9 } = options;
  require(beta, (value) => value >= 0 && value <= 1, (value) => `leaky: β is ${value}, not in [0, 1]`);
  return { ...firing({ fireAt: ">", reset: "delayedSoft", ...options }), beta };
}

const leakOf = ({ beta }: Leaky) => ({ decay: beta, gain: 1, rest: 0 });

export function leakyStep(x: Value, state: Membrane<Value>, params: Leaky): Step<Membrane<Value>> {
  return fireAndReset(state, params, (v) => leakTowardsRest(v, x, leakOf(params)));
}

export function leaky(options: LeakyOptions = {}): Neuron<Membrane<Value>> {
  const params = leakyParams(options);
  return leakyNeuron("leaky", params, leakOf(params));
}
