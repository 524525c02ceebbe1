/**
 * @file The leaky integrate-and-fire neuron τ·dv/dt = E − v + R·I by Euler's method, as Norse's LIFBox (there R = 1):
 *
 *     v ← v + (dt/τ)·(E − v + R·I)
 *
 * Units as in lif-exact.ts.
 */

import type { Value } from "../../../graph/index.ts";
import { type Leak, leakTowardsRest, leakyNeuron } from "../dynamics.ts";
import { type Firing, type FiringOptions, fireAndReset, firing, type Membrane } from "../fire.ts";
import type { Neuron, Step } from "../neuron.ts";
import { derived } from "../parameter.ts";
import { type Continuous, type ContinuousOptions, continuousParams } from "./lif-exact.ts";

export interface LifBoxOptions extends FiringOptions, ContinuousOptions {}

export interface LifBox extends Firing, Continuous {}

/** The leak over dt by Euler's method. */
export function eulerLeak({ tau, dt, resistance, rest }: Continuous): Leak {
  const decay = derived(
    [tau],
    (t) => 1 - dt / t,
    (t) => t.reciprocal().mul(-dt).add(1),
  );
  const gain = derived(
    [tau, resistance],
    (t, r) => (r * dt) / t,
    (t, r) => r.mul(dt).div(t),
  );
  return { decay, gain, rest };
}

export function lifBoxStep(x: Value, state: Membrane<Value>, params: LifBox): Step<Membrane<Value>> {
  return fireAndReset(state, params, (v) => leakTowardsRest(v, x, eulerLeak(params)));
}

export function lifBox(options: LifBoxOptions = {}): Neuron<Membrane<Value>> {
  const params = { ...firing(options), ...continuousParams("lifBox", options) };
  return leakyNeuron("lifBox", params, eulerLeak(params));
}
