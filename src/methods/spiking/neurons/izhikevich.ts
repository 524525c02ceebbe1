/**
 * @file The Izhikevich neuron (2003), ms and mV:
 *
 *     dv/dt = 0.04·v² + 5·v + 140 − u + I,   du/dt = a·(b·v − u);   at v ≥ 30 mV: v ← c, u ← u + d
 *
 * As in the paper's own program v takes two half steps of Euler's method, u one whole step after it.
 */

import { stopGradient, type Value } from "../../../graph/index.ts";
import { filled, type Neuron, type Step } from "../neuron.ts";
import { lifted, type Parameter } from "../parameter.ts";
import { type SpikeOptions, spike } from "../surrogate.ts";

export interface IzhikevichOptions extends SpikeOptions {
  /** a: how fast u follows, 1/ms. */
  readonly a?: Parameter;
  /** b: how much u follows v. */
  readonly b?: Parameter;
  /** c: v after a spike, mV. */
  readonly c?: Parameter;
  /** d: what a spike adds to u. */
  readonly d?: Parameter;
  /** ms. Default 1. */
  readonly dt?: number;
  /** Default false. */
  readonly detachReset?: boolean;
}

/** Parameters of known cell types: regular spiking, fast spiking, chattering. */
export const cellTypes = {
  regularSpiking: { a: 0.02, b: 0.2, c: -65, d: 8 },
  fastSpiking: { a: 0.1, b: 0.2, c: -65, d: 2 },
  chattering: { a: 0.02, b: 0.2, c: -50, d: 2 },
} as const;

export interface Izhikevich extends SpikeOptions {
  readonly a: Parameter;
  readonly b: Parameter;
  readonly c: Parameter;
  readonly d: Parameter;
  readonly dt: number;
  readonly detachReset?: boolean;
}

export type IzhikevichState<T> = { readonly v: T; readonly u: T };

/** mV: where a spike is cut off. */
const peak = 30;

export function izhikevichStep(
  x: Value,
  state: IzhikevichState<Value>,
  params: Izhikevich,
): Step<IzhikevichState<Value>> {
  const [a, b, c, d] = [params.a, params.b, params.c, params.d].map((parameter) => lifted(parameter, x));
  const half = (v: Value) =>
    v.add(
      v
        .mul(0.04)
        .add(5)
        .mul(v)
        .add(140)
        .sub(state.u)
        .add(x)
        .mul(params.dt / 2),
    );
  const v = half(half(state.v));
  const u = state.u.add(v.mul(b).sub(state.u).mul(a.mul(params.dt)));
  const output = spike(v.sub(peak), params);
  const s = params.detachReset ? stopGradient(output) : output;
  return { output, state: { v: v.mul(s.neg().add(1)).add(s.mul(c)), u: u.add(s.mul(d)) } };
}

/** Default: regular spiking. */
export function izhikevich(options: IzhikevichOptions = {}): Neuron<IzhikevichState<Value>> {
  const params = { dt: 1, ...cellTypes.regularSpiking, ...options };
  return {
    model: "izhikevich",
    params,
    rest: (x) => {
      const v = filled(lifted(params.c, x), x);
      return { v, u: v.mul(lifted(params.b, x)) };
    },
    step: (x, state) => izhikevichStep(x, state, params),
  };
}
