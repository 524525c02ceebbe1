/**
 * @file The leaky integrator, without a threshold: the usual read-out, whose output is its membrane.
 *
 *     decayInput:  v ← v + (R·x − (v − v_r))/τ        otherwise:  v ← v − (v − v_r)/τ + R·x
 *
 * τ in steps, all else without unit.
 */

import type { Value } from "../../../graph/index.ts";
import { type Leak, leakTowardsRest } from "../dynamics.ts";
import { filled, type Neuron, type Step } from "../neuron.ts";
import { derived, lifted, type Parameter, require } from "../parameter.ts";
import { leakOfSteps } from "./lif.ts";

export interface LiOptions {
  /** τ > 1, steps; Infinity: nothing leaks. Default 2. */
  readonly tau?: Parameter;
  /** Whether the input is divided by τ, too. Default true. */
  readonly decayInput?: boolean;
  /** v_r, the potential without input. Default 0. */
  readonly rest?: Parameter;
  /** R. Default 1. */
  readonly resistance?: Parameter;
}

export interface Li {
  readonly tau: Parameter;
  readonly decayInput: boolean;
  readonly rest: Parameter;
  readonly resistance: Parameter;
}

export type LiState<T> = { readonly v: T };

function leakOf(params: Li): Leak {
  const leak = leakOfSteps(params);
  const gain = derived(
    [leak.gain, params.resistance],
    (g, r) => g * r,
    (g, r) => g.mul(r),
  );
  return { ...leak, gain };
}

export function liStep(x: Value, { v }: LiState<Value>, params: Li): Step<LiState<Value>> {
  const next = leakTowardsRest(v, x, leakOf(params));
  return { output: next, state: { v: next } };
}

/** @throws CajalError `argument` when τ is not above one step */
export function li({ tau = 2, decayInput = true, rest = 0, resistance = 1 }: LiOptions = {}): Neuron<LiState<Value>> {
  require(tau, (value) => value > 1, (value) => `li: τ is ${value} steps; it must be longer than one`);
  const params = { tau, decayInput, rest, resistance };
  return {
    model: "li",
    params,
    dynamics: { leak: leakOf(params) },
    rest: (x) => ({ v: filled(lifted(rest, x), x) }),
    step: (x, state) => liStep(x, state, params),
  };
}
