/**
 * @file Membranes with a linear leak, v ← v_r + β·(v − v_r) + g·x: what all but the Izhikevich neuron are between spikes. The event-driven
 * simulator leaves them alone for Δt steps and then multiplies by β^Δt.
 */

import type { Value } from "../../graph/index.ts";
import { type Firing, fireAndReset, type Membrane, membraneAt } from "./fire.ts";
import { filled, type Neuron } from "./neuron.ts";
import { lifted, type Parameter } from "./parameter.ts";

export interface Leak {
  /** β: what remains of v − v_r after a step. */
  readonly decay: Parameter;
  /** g: what a current of 1 adds to v in a step. */
  readonly gain: Parameter;
  /** v_r: where v goes without input. */
  readonly rest: Parameter;
}

export interface LinearDynamics {
  readonly leak: Leak;
  /** Nothing: a membrane without threshold, whose output is v. */
  readonly firing?: Firing;
  /** A current between input and membrane: i ← i + gain·x, the membrane sees i, i ← decay·i. */
  readonly synapse?: { readonly decay: Parameter; readonly gain: Parameter };
  /** θ_t = θ + strength·b, b ← decay·b + (1 − decay)·s. */
  readonly adaptation?: { readonly decay: Parameter; readonly strength: Parameter };
}

/** v after a step with input x. */
export function leakTowardsRest(v: Value, x: Value, { decay, gain, rest }: Leak): Value {
  const input = gain === 1 ? x : x.mul(lifted(gain, x));
  if (rest === 0) return (decay === 1 ? v : v.mul(lifted(decay, v))).add(input);
  const level = lifted(rest, v);
  return v.sub(level).mul(lifted(decay, v)).add(level).add(input);
}

/** Neurons that are such a membrane and a threshold, and nothing else. */
export function leakyNeuron(model: string, params: Firing, leak: Leak): Neuron<Membrane<Value>> {
  return {
    model,
    params,
    dynamics: { leak, firing: params },
    rest: (x) => membraneAt(filled(lifted(leak.rest, x), x), params),
    step: (x, state) => fireAndReset(state, params, (v) => leakTowardsRest(v, x, leak)),
  };
}
