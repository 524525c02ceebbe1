/** @file The integrate-and-fire neuron, without a leak: v ← v + g·x. No units. */

import type { Value } from "../../../graph/index.ts";
import { leakTowardsRest, leakyNeuron } from "../dynamics.ts";
import { type Firing, type FiringOptions, fireAndReset, firing, type Membrane } from "../fire.ts";
import type { Neuron, Step } from "../neuron.ts";
import type { Parameter } from "../parameter.ts";

export interface IntegrateAndFireOptions extends FiringOptions {
  /** g: what an input of 1 adds to the membrane. Default 1. */
  readonly gain?: Parameter;
}

export interface IntegrateAndFire extends Firing {
  readonly gain: Parameter;
}

const leakOf = ({ gain }: IntegrateAndFire) => ({ decay: 1, gain, rest: 0 });

export function integrateAndFireStep(
  x: Value,
  state: Membrane<Value>,
  params: IntegrateAndFire,
): Step<Membrane<Value>> {
  return fireAndReset(state, params, (v) => leakTowardsRest(v, x, leakOf(params)));
}

/** "if" is a word of the language, so the model has its long name. */
export function integrateAndFire(options: IntegrateAndFireOptions = {}): Neuron<Membrane<Value>> {
  const params = { ...firing(options), gain: options.gain ?? 1 };
  return leakyNeuron("if", params, leakOf(params));
}
