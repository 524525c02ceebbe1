/**
 * @file The parametric LIF neuron (Fang et al. 2021): LIF with 1/τ = σ(a), where a is learned, one for a layer or one for each neuron.
 */

import { CajalError, Tensor, type Value } from "../../../graph/index.ts";
import { type Leak, leakTowardsRest, leakyNeuron } from "../dynamics.ts";
import { type Firing, type FiringOptions, fireAndReset, firing, type Membrane } from "../fire.ts";
import type { Neuron, Step } from "../neuron.ts";
import { derived, type Parameter } from "../parameter.ts";
import { leakOfInverse } from "./lif.ts";

export interface PlifOptions extends FiringOptions {
  /** a: 1/τ = σ(a). See `initPlif`. */
  readonly a: Parameter;
  /** Whether the input is divided by τ, too. Default true. */
  readonly decayInput?: boolean;
}

export interface Plif extends Firing {
  readonly a: Parameter;
  readonly decayInput: boolean;
}

/** a₀ = −ln(τ₀ − 1), a scalar. @param tau τ₀ > 1, steps */
export function initPlif(tau = 2): Tensor {
  if (!(tau > 1)) throw new CajalError("argument", `plif: τ is ${tau} steps; it must be longer than one`);
  return Tensor.scalar(-Math.log(tau - 1));
}

function leakOf({ a, decayInput, resetPotential }: Plif): Leak {
  const inverse = derived(
    [a],
    (value) => 1 / (1 + Math.exp(-value)),
    (value) => value.sigmoid(),
  );
  return leakOfInverse(inverse, decayInput, resetPotential);
}

export function plifStep(x: Value, state: Membrane<Value>, params: Plif): Step<Membrane<Value>> {
  return fireAndReset(state, params, (v) => leakTowardsRest(v, x, leakOf(params)));
}

export function plif(options: PlifOptions): Neuron<Membrane<Value>> {
  const params = { ...firing(options), a: options.a, decayInput: options.decayInput ?? true };
  return leakyNeuron("plif", params, leakOf(params));
}
