/** @file Neurons switched off, or held at what they are on prompts of a relation, at every position of a text. */

import { CajalError } from "../../../graph/index.ts";
import type { TextEdit, TextModel } from "../../../probe/index.ts";
import type { NeuronId } from "./ffn.ts";

/**
 * The model with neurons held: a model like any other, that generates, is recorded, is edited further. It holds at every position, those that
 * are generated included.
 * @param value default 0: off. "median": each at its own median on prompts of the relation, which promotes it
 * @throws CajalError `argument` when medians are asked for and not there; `unknown-layer`, `unknown-unit`
 */
export function deactivate(
  model: TextModel,
  neurons: readonly (NeuronId & { readonly median?: number })[],
  value: number | "median" = 0,
): TextModel {
  const byTensor = new Map<string, Map<number, number>>();
  for (const { tensor, unit, median } of neurons) {
    const set = value === "median" ? median : value;
    if (set === undefined)
      throw new CajalError("argument", `${tensor}:${unit} has no median to be held at`, {
        advice: "Take neurons as relationNeurons or topNeurons give them.",
      });
    const units = byTensor.get(tensor) ?? new Map<number, number>();
    byTensor.set(tensor, units.set(unit, set));
  }
  const edits: Record<string, TextEdit> = {};
  for (const [tensor, units] of byTensor)
    edits[tensor] = { units: [...units.keys()], set: value === "median" ? [...units.values()] : value };
  return byTensor.size === 0 ? model : model.edit(edits);
}
