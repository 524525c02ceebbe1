/** @file Fire and reset: what follows the charge of a membrane in each step, alike for all models with a threshold. */

import { CajalError, stopGradient, type Value } from "../../graph/index.ts";
import { filled, type Step } from "./neuron.ts";
import { lifted, type Parameter, require } from "./parameter.ts";
import { type SpikeOptions, spike } from "./surrogate.ts";

/** What becomes of a membrane that fired: to the reset potential; down by the threshold; the same one step later; nothing. */
export type Reset = "hard" | "soft" | "delayedSoft" | "none";

export interface FiringOptions extends SpikeOptions {
  /** θ. Default 1. */
  readonly threshold?: Parameter;
  /** Default "hard". */
  readonly reset?: Reset;
  /** v_r: where a hard reset leads, and where a refractory membrane stays. Default 0. */
  readonly resetPotential?: Parameter;
  /** Steps after a spike in which the membrane stays as it is. Default 0. */
  readonly refractory?: number;
  /** No gradient through the spike inside the reset. Default false. */
  readonly detachReset?: boolean;
}

/** Options with the numbers filled in. */
export interface Firing extends FiringOptions {
  readonly threshold: Parameter;
  readonly fireAt: ">=" | ">";
  readonly reset: Reset;
  readonly resetPotential: Parameter;
  readonly refractory: number;
}

/** v of a membrane, and what firing adds to its state. */
export type Membrane<T> = {
  readonly v: T;
  /** Steps left in which the membrane stays as it is; there where neurons are refractory. */
  readonly refractory?: T;
  /** Spikes whose reset is due in the next step; there where resets are delayed. */
  readonly due?: T;
};

/** @throws CajalError `argument` */
export function firing(options: FiringOptions): Firing {
  const { threshold = 1, fireAt = ">=", reset = "hard", resetPotential = 0, refractory = 0 } = options;
  if (!Number.isInteger(refractory) || refractory < 0)
    throw new CajalError("argument", `neurons: refractory for ${refractory} steps; a whole number is needed`);
  require(threshold, (value) => !Number.isNaN(value), () => "neurons: the threshold is not a number");
  return { ...options, threshold, fireAt, reset, resetPotential, refractory };
}

/** The state of membranes at v. */
export function membraneAt(v: Value, { refractory, reset }: Firing): Membrane<Value> {
  const zero = () => filled(v.tracer.lift(0, v.dtype), v);
  return {
    v,
    ...(refractory > 0 && { refractory: zero() }),
    ...(reset === "delayedSoft" && { due: zero() }),
  };
}

/**
 * One step of membranes: charge → fire → reset.
 * @param charge v after the step's input, from v before it
 * @param threshold where it changes from step to step
 */
export function fireAndReset(
  before: Membrane<Value>,
  options: Firing,
  charge: (v: Value) => Value,
  threshold: Parameter = options.threshold,
): Step<Membrane<Value>> {
  const theta = lifted(threshold, before.v);
  const one = (s: Value) => s.neg().add(1);
  let v = charge(before.v);
  if (before.due) v = v.sub(before.due.mul(theta));
  const resting = before.refractory?.greater(0);
  if (resting) v = resting.where(before.v, v);
  let spikes = spike(v.sub(theta), options);
  if (resting) spikes = spikes.mul(one(resting.cast(spikes.dtype)));
  const s = options.detachReset ? stopGradient(spikes) : spikes;
  const reset = {
    hard: () =>
      options.resetPotential === 0 ? v.mul(one(s)) : v.mul(one(s)).add(s.mul(lifted(options.resetPotential, v))),
    soft: () => v.sub(s.mul(theta)),
    delayedSoft: () => v,
    none: () => v,
  }[options.reset]();
  return {
    output: spikes,
    state: {
      v: reset,
      ...(before.refractory && {
        refractory: spikes
          .greater(0)
          .where(filled(v.tracer.lift(options.refractory, v.dtype), v), before.refractory.sub(1).relu()),
      }),
      ...(before.due && { due: s }),
    },
  };
}
