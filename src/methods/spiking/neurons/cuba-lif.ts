/**
 * @file The current-based leaky integrate-and-fire neuron: PyNN's IF_curr_exp on a grid of dt, NIR's CubaLIF.
 *
 *     i ← i + a·x,   v as the LIF neuron with the current i,   i ← i·e^{−dt/τ_s},   a = w_in·(1 − e^{−dt/τ_s})
 *
 * x = Σ w·s over arriving spikes, inhibition negative. By default w_in = τ_s/dt, so that the charge of one spike, Σ_t i_t·dt, is τ_s·w.
 * Units: ms, mV, nA, MΩ (R = τ_m/c_m, c_m in nF); or any that fit. By Euler's method e^{−dt/τ} becomes 1 − dt/τ.
 */

import type { Value } from "../../../graph/index.ts";
import { type Leak, type LinearDynamics, leakTowardsRest } from "../dynamics.ts";
import { type Firing, type FiringOptions, fireAndReset, firing, type Membrane, membraneAt } from "../fire.ts";
import { filled, type Neuron, type Step } from "../neuron.ts";
import { derived, lifted, type Parameter, require } from "../parameter.ts";
import { eulerLeak } from "./lif-box.ts";
import { type Continuous, type ContinuousOptions, continuousParams, exactLeak } from "./lif-exact.ts";

export interface SynapseOptions extends ContinuousOptions {
  /** τ_s > 0: the time constant of the synaptic current. Default 5. */
  readonly tauSyn?: Parameter;
  /** c_m: then R is τ/c_m. Left out: the option `resistance`. */
  readonly capacitance?: Parameter;
  /** w_in: a constant input of 1 leads to a current of w_in. Default τ_s/dt. */
  readonly inputWeight?: Parameter;
  /** Default "exact". */
  readonly method?: "exact" | "euler";
}

export interface CubaLifOptions extends FiringOptions, SynapseOptions {}

export interface Synapse extends Continuous {
  readonly tauSyn: Parameter;
  readonly inputWeight: Parameter;
  readonly method: "exact" | "euler";
}

export interface CubaLif extends Firing, Synapse {}

export type CubaState<T> = Membrane<T> & { readonly i: T };

/** @throws CajalError `argument` when a time constant is not positive */
export function synapseParams(name: string, options: SynapseOptions): Synapse {
  const { tauSyn = 5, capacitance, method = "exact" } = options;
  const membrane = continuousParams(name, options);
  require(tauSyn, (value) => value > 0, (value) => `${name}: τ_s is ${value}, not above 0`);
  const { dt } = membrane;
  const ratio = (a: Parameter, b: Parameter) =>
    derived(
      [a, b],
      (x, y) => x / y,
      (x, y) => x.div(y),
    );
  return {
    ...membrane,
    resistance: capacitance === undefined ? membrane.resistance : ratio(membrane.tau, capacitance),
    tauSyn,
    inputWeight: options.inputWeight ?? ratio(tauSyn, dt),
    method,
  };
}

/** How current and membrane run on between spikes. */
export function synapseDynamics(params: Synapse): { leak: Leak; synapse: NonNullable<LinearDynamics["synapse"]> } {
  const { tauSyn, inputWeight, method, dt } = params;
  const decay =
    method === "exact"
      ? derived(
          [tauSyn],
          (t) => Math.exp(-dt / t),
          (t) => t.reciprocal().mul(-dt).exp(),
        )
      : derived(
          [tauSyn],
          (t) => 1 - dt / t,
          (t) => t.reciprocal().mul(-dt).add(1),
        );
  const gain = derived(
    [decay, inputWeight],
    (k, w) => w * (1 - k),
    (k, w) => w.mul(k.neg().add(1)),
  );
  return { leak: method === "exact" ? exactLeak(params) : eulerLeak(params), synapse: { decay, gain } };
}

export function cubaLifStep(x: Value, state: CubaState<Value>, params: CubaLif): Step<CubaState<Value>> {
  const { leak, synapse } = synapseDynamics(params);
  const { i: before, ...membrane } = state;
  const i = before.add(x.mul(lifted(synapse.gain, x)));
  const { output, state: next } = fireAndReset(membrane, params, (v) => leakTowardsRest(v, i, leak));
  return { output, state: { ...next, i: i.mul(lifted(synapse.decay, i)) } };
}

export function cubaLif(options: CubaLifOptions = {}): Neuron<CubaState<Value>> {
  const params = { ...firing(options), ...synapseParams("cubaLif", options) };
  return {
    model: "cubaLif",
    params,
    dynamics: { ...synapseDynamics(params), firing: params },
    rest: (x) => ({
      ...membraneAt(filled(lifted(params.rest, x), x), params),
      i: filled(x.tracer.lift(0, x.dtype), x),
    }),
    step: (x, state) => cubaLifStep(x, state, params),
  };
}
