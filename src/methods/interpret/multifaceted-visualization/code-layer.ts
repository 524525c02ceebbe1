/** @file Which layer gives the codes that pictures are compared by. */

import { CajalError } from "../../../graph/index.ts";
import { findLayer, type Layer, type Model } from "../../../probe/index.ts";
import { layerBehind } from "./layer-behind.ts";

const withWeights = new Set(["Gemm", "MatMul", "Conv", "QLinearMatMul", "QLinearConv"]);

/**
 * The layer of this name; without one, what the model's last layer with weights reads: of a classifier, its penultimate layer.
 * @throws CajalError `unknown-layer`; `argument` when there is none, or its codes have fewer than 2 dimensions
 */
export function codeLayerOf(model: Model, name: string | undefined): Layer {
  const layers = model.layers();
  const layer = name === undefined ? penultimate(model) : findLayer(layers, name);
  if (layer === undefined)
    throw new CajalError("argument", `${model.name} has no layer before its last that pictures can be compared by`, {
      advice: `Say codeLayer: ${valid(layers)}.`,
    });
  if (layer.units < 2)
    throw new CajalError("argument", `codes of "${layer.name}" have 1 dimension`, {
      advice: `Say codeLayer: ${valid(layers)}.`,
    });
  return layer;
}

const valid = (layers: readonly Layer[]) =>
  layers
    .filter(({ units }) => units > 1)
    .map(({ name }) => name)
    .slice(-12)
    .join(", ");

function penultimate(model: Model): Layer | undefined {
  const { nodes, params } = model.imported;
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  // Products of activations alone (attention) are no layer with weights.
  const last = nodes.findLast(
    ({ op, inputs }) => withWeights.has(op) && inputs.some((input) => params[input] !== undefined),
  );
  const read = last?.inputs.find((input) => made.has(input));
  return read === undefined ? undefined : layerBehind(model, read);
}
