/** @file The current-based leaky integrator: cuba-lif.ts without a threshold; its output is its membrane. */

import type { Value } from "../../../graph/index.ts";
import { leakTowardsRest } from "../dynamics.ts";
import { filled, type Neuron, type Step } from "../neuron.ts";
import { lifted } from "../parameter.ts";
import { type Synapse, type SynapseOptions, synapseDynamics, synapseParams } from "./cuba-lif.ts";

export type CubaLiState<T> = { readonly v: T; readonly i: T };

export function cubaLiStep(x: Value, state: CubaLiState<Value>, params: Synapse): Step<CubaLiState<Value>> {
  const { leak, synapse } = synapseDynamics(params);
  const i = state.i.add(x.mul(lifted(synapse.gain, x)));
  const v = leakTowardsRest(state.v, i, leak);
  return { output: v, state: { v, i: i.mul(lifted(synapse.decay, i)) } };
}

export function cubaLi(options: SynapseOptions = {}): Neuron<CubaLiState<Value>> {
  const params = synapseParams("cubaLi", options);
  return {
    model: "cubaLi",
    params,
    dynamics: synapseDynamics(params),
    rest: (x) => ({ v: filled(lifted(params.rest, x), x), i: filled(x.tracer.lift(0, x.dtype), x) }),
    step: (x, state) => cubaLiStep(x, state, params),
  };
}
