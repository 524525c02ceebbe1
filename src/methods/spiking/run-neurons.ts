/** @file The loop over time: neurons driven by currents, as one scan. */

import { scan, type Tensor, type Value } from "../../graph/index.ts";
import type { Neuron, NeuronState } from "./neuron.ts";

export interface RunOptions<S> {
  /** Where the neurons begin, as the state that an earlier run ended in. Default: at rest. */
  readonly state?: S;
  /** Reverse derivatives compute each step again: less memory, more time. */
  readonly checkpoint?: boolean;
}

export interface NeuronRun<S> {
  /** Spikes, or membranes of neurons without threshold: [T, batch, …units]. */
  readonly output: Value;
  /** The state after each step, each [T, batch, …units]. What is not used costs nothing. */
  readonly states: S;
  /** The state after the last step: what `state` takes in order to go on. */
  readonly state: S;
}

/**
 * Neurons over time.
 * @param currents [T, batch, …units]
 */
export function runNeurons<S extends NeuronState<Value>>(
  neuron: Neuron<S>,
  currents: Value,
  { state, checkpoint }: RunOptions<{ readonly [K in keyof S]: Value | Tensor }> = {},
): NeuronRun<S> {
  const first = currents.slice([0], [1]).squeeze(0);
  const { state: last, ys } = scan(
    (before: S, x: Value) => {
      const { output, state: next } = neuron.step(x, before);
      return { state: next, y: { output, states: next } };
    },
    (state ?? neuron.rest(first)) as S,
    currents,
    { checkpoint },
  );
  return { output: ys.output, states: ys.states, state: last };
}
