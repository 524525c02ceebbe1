/** @file What a neuron model is: a state, and one step of time. Models are files of the folder `neurons`; the loop over time is `runNeurons`. */

import type { Value } from "../../graph/index.ts";
import type { LinearDynamics } from "./dynamics.ts";

/** What neurons carry from step to step: named arrays of the shape of their input. */
export type NeuronState<T> = { readonly [name: string]: T };

/** What a step gives. */
export interface Step<S> {
  /** Spikes, 0 or 1; of models without a threshold, the membrane. */
  readonly output: Value;
  readonly state: S;
}

/** Neurons of one model with their parameters. */
export interface Neuron<S extends NeuronState<Value> = NeuronState<Value>> {
  /** "lif" */
  readonly model: string;
  /** All parameters, with defaults filled in. */
  readonly params: object;
  /** The state of neurons at rest. @param input of one step: [batch, …units]; only its shape and dtype count */
  rest(input: Value): S;
  /** One step of time. @param input currents [batch, …units] */
  step(input: Value, state: S): Step<S>;
  /** How the neurons behave between inputs, for the event-driven simulator; nothing: they are stepped. */
  readonly dynamics?: LinearDynamics;
}

/** A Value of this number (or one for each unit) in the shape of a step's input. */
export function filled(level: Value, like: Value): Value {
  return level.expand(like.shape);
}
