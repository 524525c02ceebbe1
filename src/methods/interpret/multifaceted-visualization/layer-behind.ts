/** @file Tensors that only repeat a layer. */

import type { Layer, Model } from "../../../probe/index.ts";

/** Ops whose result has the same numbers in the same order. */
const repeating = new Set(["Identity", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Dropout"]);

/** The layer of this name; of a tensor that repeats one, that one. */
export function layerBehind(model: Model, tensor: string): Layer | undefined {
  const named = new Map(model.layers().map((layer) => [layer.name, layer]));
  const repeated = new Map(
    model.imported.nodes
      .filter(({ op }) => repeating.has(op))
      .flatMap(({ inputs, outputs }) => outputs.map((output) => [output, inputs[0]] as const)),
  );
  let name: string | undefined = tensor;
  while (name !== undefined && !named.has(name)) name = repeated.get(name);
  return name === undefined ? undefined : named.get(name);
}

/** Whether each unit is one number, not a map. */
export const isVector = ({ shape, units }: Layer): boolean => shape.reduce((a, b) => a * b, 1) === units;
