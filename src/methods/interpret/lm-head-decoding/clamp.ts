/** @file A neuron held at a value, and what a model says then. */

import { CajalError } from "../../../graph/index.ts";
import {
  type FeedForwardWeights,
  type NeuronWeights,
  neuronWeights,
  type TextEdit,
  type TextModel,
} from "../../../probe/index.ts";
import type { NeuronAddress } from "./decode.ts";

/** What is held: the up projection's output, before activation and gate; or the neuron itself, their product. */
export type ClampPlace = "up" | "product";

export interface ClampOptions {
  /** Default "up", as in the paper: the gate goes on to decide how much of it is written. */
  readonly at?: ClampPlace;
  /** The first position that is held: with the length of the prompt, generated tokens alone. Default 0: all. */
  readonly from?: number;
  /** The 99th percentile of what is held, as `calibrate` gives it: with it, values far beyond are warned of. */
  readonly usual?: number;
  readonly weights?: NeuronWeights;
  onWarning?(warning: string): void;
}

/** Beyond so many times the usual range, the norms behind see nothing but the clamp. */
const saturating = 1e4;

/** A longest text, where the model does not say it. */
const longest = 1 << 16;

/**
 * The model with neurons held at a value; a model like any other.
 * @param neurons one, or several that are held at the same value
 * @throws CajalError `argument` when the value is no number, or there is no such neuron
 */
export async function clampNeuron(
  model: TextModel,
  neurons: NeuronAddress | readonly NeuronAddress[],
  value: number,
  options: ClampOptions = {},
): Promise<TextModel> {
  const { at = "up", from = 0, usual, onWarning } = options;
  checkValue(value);
  const warning = saturationOf(value, usual);
  if (warning !== undefined) onWarning?.(warning);
  const weights = options.weights ?? (await neuronWeights(model));
  const steps =
    from === 0
      ? {}
      : { steps: Array.from({ length: Math.max(0, (model.context ?? longest) - from) }, (_, i) => from + i) };
  const edits: Record<string, TextEdit[]> = {};
  for (const neuron of [neurons].flat() as readonly NeuronAddress[]) {
    const name = networkOf(weights, neuron).taps[at];
    edits[name] = [...(edits[name] ?? []), { units: [neuron.index], set: value, ...steps }];
  }
  return model.edit(edits);
}

/** @throws CajalError `argument` */
export function checkValue(value: number): void {
  if (!Number.isFinite(value))
    throw new CajalError("argument", `a neuron cannot be held at ${value}`, {
      advice: "Give a number: a few times the 99th percentile of what it is on text (see calibrate).",
    });
}

/** What to say of a value that is far out of a neuron's range. */
export function saturationOf(value: number, usual: number | undefined): string | undefined {
  if (usual === undefined || Math.abs(value) <= saturating * usual) return undefined;
  return `${value} is ${(Math.abs(value) / usual).toExponential(1)} times the neuron's 99th percentile (${usual.toPrecision(3)}): the norms behind it saturate, and the model says the same whatever it reads.`;
}

/** The network that a neuron is in. @throws CajalError `argument` when there is none */
export function networkOf(
  { name, networks }: NeuronWeights,
  { layer, index, expert = 0 }: NeuronAddress,
): FeedForwardWeights {
  const found = networks.find((network) => network.layer === layer && (network.expert ?? 0) === expert);
  if (found === undefined || !Number.isInteger(index) || index < 0 || index >= found.neurons)
    throw new CajalError(
      "argument",
      found === undefined
        ? `${name} has no neurons in layer ${layer}`
        : `layer ${layer} of ${name} has neurons 0 to ${found.neurons - 1}, not ${index}`,
    );
  return found;
}
