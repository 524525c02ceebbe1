/** @file A threshold without a memory: spikes where the input reaches θ. */

import type { Value } from "../../../graph/index.ts";
import { leakyNeuron } from "../dynamics.ts";
import { type FiringOptions, firing, type Membrane } from "../fire.ts";
import type { Neuron } from "../neuron.ts";

/** Each step's membrane is that step's input: v ← x. */
export function threshold(
  options: Omit<FiringOptions, "reset" | "resetPotential" | "refractory"> = {},
): Neuron<Membrane<Value>> {
  return leakyNeuron("threshold", firing({ ...options, reset: "none" }), { decay: 0, gain: 1, rest: 0 });
}
