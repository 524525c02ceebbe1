/** @file Two models neuron by neuron: whether each still stands for the same token. */

import { CajalError } from "../../../graph/index.ts";
import type { NeuronSide } from "../../../probe/index.ts";
import type { NeuronTable, NeuronWords } from "./decode.ts";

export interface Comparison {
  /** Share of neurons whose first token is the same. */
  readonly same: number;
  readonly perLayer: Float64Array;
  /** The others, in both models. */
  readonly changed: readonly (readonly [NeuronWords, NeuronWords])[];
}

/**
 * A model and its fine-tuned copy, or any two of one architecture and tokenizer: neurons of the same place are compared.
 * @param options.side default "up", the paper's
 * @throws CajalError `shape` when the models differ in layers, neurons or vocabulary
 */
export function compareDecodings(
  a: NeuronTable,
  b: NeuronTable,
  { side = "up" }: { readonly side?: NeuronSide } = {},
): Comparison {
  if (a.vocabulary !== b.vocabulary)
    throw new CajalError("shape", `${a.model} has ${a.vocabulary} tokens, ${b.model} ${b.vocabulary}`, {
      advice: "Compare models that share a tokenizer.",
    });
  const [first, second] = [a, b].map((table) => oneSide(table, side));
  const missing = [...first.keys(), ...second.keys()].find((key) => !(first.has(key) && second.has(key)));
  if (missing !== undefined || first.size === 0)
    throw new CajalError(
      "shape",
      `${a.model} has ${first.size} neurons with the side "${side}", ${b.model} ${second.size}${missing === undefined ? "" : `; ${missing} is in one only`}`,
      { advice: "Compare models of one architecture and size, decoded with the same layers and sides." },
    );
  const counts: { same: number; all: number }[] = [];
  const changed: (readonly [NeuronWords, NeuronWords])[] = [];
  for (const [key, before] of first) {
    const after = second.get(key) as NeuronWords;
    counts[before.layer] ??= { same: 0, all: 0 };
    counts[before.layer].all++;
    if (before.tokens[0] === after.tokens[0]) counts[before.layer].same++;
    else changed.push([before, after]);
  }
  return {
    same: 1 - changed.length / first.size,
    perLayer: Float64Array.from(counts, (count) => (count === undefined ? Number.NaN : count.same / count.all)),
    changed,
  };
}

/** By layer, expert and index; with the sign of the weights themselves. */
function oneSide({ neurons }: NeuronTable, side: NeuronSide): Map<string, NeuronWords> {
  const chosen = neurons.filter((neuron) => neuron.side === side && neuron.sign === 1);
  return new Map(
    chosen.map((neuron) => [
      `${neuron.layer}${neuron.expert === undefined ? "" : `.${neuron.expert}`}:${neuron.index}`,
      neuron,
    ]),
  );
}
