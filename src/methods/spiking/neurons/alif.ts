/**
 * @file The adaptive leaky integrate-and-fire neuron (Bellec et al. 2018): each spike raises the threshold for a while.
 *
 *     v ← α·v + (1 − α or 1)·x,   θ_t = θ + β_a·b,   b ← ρ·b + (1 − ρ)·s
 *
 * α = e^{−dt/τ}, ρ = e^{−dt/τ_a}; times in the unit of dt, all else without unit.
 */

import type { Value } from "../../../graph/index.ts";
import { type Leak, leakTowardsRest } from "../dynamics.ts";
import { type Firing, type FiringOptions, fireAndReset, firing, type Membrane, membraneAt } from "../fire.ts";
import { filled, type Neuron, type Step } from "../neuron.ts";
import { derived, lifted, type Parameter } from "../parameter.ts";
import { continuousParams, exactLeak } from "./lif-exact.ts";

export interface AlifOptions extends FiringOptions {
  /** τ > 0. Default 20. */
  readonly tau?: Parameter;
  /** τ_a > 0, much longer than τ. Default 200. */
  readonly tauAdaptation?: Parameter;
  /** β_a: how far the threshold rises for b = 1. Default 1.6. */
  readonly strength?: Parameter;
  /** Default 1. */
  readonly dt?: number;
  /** Whether the input is multiplied by 1 − α. Default true. */
  readonly decayInput?: boolean;
}

export interface Alif extends Firing {
  readonly tau: Parameter;
  readonly tauAdaptation: Parameter;
  readonly strength: Parameter;
  readonly dt: number;
  readonly decayInput: boolean;
}

export type AlifState<T> = Membrane<T> & {
  /** b: how much the neuron has fired of late. */
  readonly adaptation: T;
};

function dynamicsOf(params: Alif): { leak: Leak; adaptation: { decay: Parameter; strength: Parameter } } {
  const { tau, dt, tauAdaptation, strength, decayInput } = params;
  const leak = exactLeak({ tau, dt, resistance: 1, rest: 0 });
  const { decay } = exactLeak({ tau: tauAdaptation, dt, resistance: 1, rest: 0 });
  return { leak: decayInput ? leak : { ...leak, gain: 1 }, adaptation: { decay, strength } };
}

export function alifStep(x: Value, state: AlifState<Value>, params: Alif): Step<AlifState<Value>> {
  const { leak, adaptation } = dynamicsOf(params);
  const { adaptation: b, ...membrane } = state;
  const raised = derived(
    [params.threshold, adaptation.strength, b],
    (theta) => theta,
    (theta, strength, level) => theta.add(level.mul(strength)),
  );
  const { output, state: next } = fireAndReset(membrane, params, (v) => leakTowardsRest(v, x, leak), raised);
  const keep = lifted(adaptation.decay, b);
  return { output, state: { ...next, adaptation: b.mul(keep).add(output.mul(keep.neg().add(1))) } };
}

/** @throws CajalError `argument` when a time constant is not positive */
export function alif(options: AlifOptions = {}): Neuron<AlifState<Value>> {
  const { tauAdaptation = 200, strength = 1.6, decayInput = true } = options;
  const { tau, dt } = continuousParams("alif", options);
  continuousParams("alif", { tau: tauAdaptation });
  const params = { ...firing(options), tau, dt, tauAdaptation, strength, decayInput };
  return {
    model: "alif",
    params,
    dynamics: { ...dynamicsOf(params), firing: params },
    rest: (x) => {
      const zero = filled(x.tracer.lift(0, x.dtype), x);
      return { ...membraneAt(zero, params), adaptation: zero };
    },
    step: (x, state) => alifStep(x, state, params),
  };
}
