/**
 * @file The leaky integrate-and-fire neuron in steps, as in SpikingJelly's LIFNode.
 *
 *     decayInput:  v ← v + (x − (v − v_r))/τ        otherwise:  v ← v − (v − v_r)/τ + x
 *
 * τ in steps (τ_ms/dt), all else without unit.
 */

import type { Value } from "../../../graph/index.ts";
import { type Leak, leakTowardsRest, leakyNeuron } from "../dynamics.ts";
import { type Firing, type FiringOptions, fireAndReset, firing, type Membrane } from "../fire.ts";
import type { Neuron, Step } from "../neuron.ts";
import { derived, type Parameter, require } from "../parameter.ts";

export interface LifOptions extends FiringOptions {
  /** τ > 1, steps. Default 2. */
  readonly tau?: Parameter;
  /** Whether the input is divided by τ, too. Default true. */
  readonly decayInput?: boolean;
  /** v_r without input. Default: the reset potential, whose default is 0. */
  readonly rest?: Parameter;
}

export interface Lif extends Firing {
  readonly tau: Parameter;
  readonly decayInput: boolean;
  readonly rest: Parameter;
}

/** @throws CajalError `argument` when τ is not above one step */
export function lifParams(options: LifOptions = {}): Lif {
  const { tau = 2, decayInput = true } = options;
  require(tau, (value) => value > 1, (value) =>
    `lif: τ is ${value} steps; it must be longer than one`, "Divide the time constant by the time step, or make the time step shorter.");
  const rest = options.rest ?? options.resetPotential ?? 0;
  return { ...firing({ resetPotential: rest, ...options }), tau, decayInput, rest };
}

/** The leak of a membrane with τ in steps. */
export function leakOfSteps({ tau, decayInput, rest }: Pick<Lif, "tau" | "decayInput" | "rest">): Leak {
  const inverse = derived(
    [tau],
    (t) => 1 / t,
    (t) => t.reciprocal(),
  );
  return leakOfInverse(inverse, decayInput, rest);
}

/** @param inverse 1/τ, per step */
export function leakOfInverse(inverse: Parameter, decayInput: boolean, rest: Parameter): Leak {
  const decay = derived(
    [inverse],
    (k) => 1 - k,
    (k) => k.neg().add(1),
  );
  return { decay, gain: decayInput ? inverse : 1, rest };
}

export function lifStep(x: Value, state: Membrane<Value>, params: Lif): Step<Membrane<Value>> {
  return fireAndReset(state, params, (v) => leakTowardsRest(v, x, leakOfSteps(params)));
}

export function lif(options: LifOptions = {}): Neuron<Membrane<Value>> {
  const params = lifParams(options);
  return leakyNeuron("lif", params, leakOfSteps(params));
}
