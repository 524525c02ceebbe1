/**
 * @file The leaky integrate-and-fire neuron τ·dv/dt = E − v + R·I, solved exactly for a current that is constant within a step:
 *
 *     v ← E + R·I + (v − E − R·I)·e^{−dt/τ}
 *
 * Units are the user's own, as long as they fit: ms, mV, nA and MΩ; or s, and no others.
 */

import type { Value } from "../../../graph/index.ts";
import { type Leak, leakTowardsRest, leakyNeuron } from "../dynamics.ts";
import { type Firing, type FiringOptions, fireAndReset, firing, type Membrane } from "../fire.ts";
import type { Neuron, Step } from "../neuron.ts";
import { derived, type Parameter, require } from "../parameter.ts";

export interface ContinuousOptions {
  /** τ > 0: the membrane's time constant. Default 20. */
  readonly tau?: Parameter;
  /** dt > 0: length of a step, in the unit of τ. Default 1. */
  readonly dt?: number;
  /** R: what a constant current of 1 raises the membrane by, in the end. Default 1. */
  readonly resistance?: Parameter;
  /** E, the potential without input. Default 0. */
  readonly rest?: Parameter;
}

export interface Continuous {
  readonly tau: Parameter;
  readonly dt: number;
  readonly resistance: Parameter;
  readonly rest: Parameter;
}

/** @throws CajalError `argument` when τ or dt is not positive */
export function continuousParams(
  name: string,
  { tau = 20, dt = 1, resistance = 1, rest = 0 }: ContinuousOptions,
): Continuous {
  for (const [what, value] of [
    ["τ", tau],
    ["dt", dt],
  ] as const)
    require(value, (v) => v > 0, (v) => `${name}: ${what} is ${v}, not above 0`);
  return { tau, dt, resistance, rest };
}

export interface LifExactOptions extends FiringOptions, ContinuousOptions {}

export interface LifExact extends Firing, Continuous {}

/** The exact leak over dt. */
export function exactLeak({ tau, dt, resistance, rest }: Continuous): Leak {
  const decay = derived(
    [tau],
    (t) => Math.exp(-dt / t),
    (t) => t.reciprocal().mul(-dt).exp(),
  );
  const gain = derived(
    [decay, resistance],
    (k, r) => r * (1 - k),
    (k, r) => r.mul(k.neg().add(1)),
  );
  return { decay, gain, rest };
}

export function lifExactStep(x: Value, state: Membrane<Value>, params: LifExact): Step<Membrane<Value>> {
  return fireAndReset(state, params, (v) => leakTowardsRest(v, x, exactLeak(params)));
}

export function lifExact(options: LifExactOptions = {}): Neuron<Membrane<Value>> {
  const params = { ...firing(options), ...continuousParams("lifExact", options) };
  return leakyNeuron("lifExact", params, exactLeak(params));
}
