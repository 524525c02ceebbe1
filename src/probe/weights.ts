/** @file Other weights for an ONNX model: the same graph, names, dtypes and shapes. */

import { CajalError, type ImportedModel, type proto, type Tensor, tensorToProto } from "../graph/index.ts";

/**
 * The model with other numbers in some of its weights.
 * @param weights by the initializer's name
 * @throws CajalError `argument` when the model has no such weight, `shape` when it is of another type
 */
export function replaceWeights(
  model: proto.ModelProto,
  { params }: ImportedModel,
  weights: Readonly<Record<string, Tensor>>,
): proto.ModelProto {
  for (const [name, tensor] of Object.entries(weights)) {
    if (!Object.hasOwn(params, name))
      throw new CajalError("argument", `the model has no weight "${name}"`, {
        advice: `It has: ${Object.keys(params).slice(0, 20).join(", ")}.`,
      });
    if (String(params[name]) !== String(tensor))
      throw new CajalError("shape", `weight "${name}" is ${params[name]}, not ${tensor}`);
  }
  const graph = model.graph as proto.GraphProto;
  const initializer = graph.initializer.map((tensor) => {
    const { name = "" } = tensor;
    return Object.hasOwn(weights, name) ? tensorToProto(weights[name], name) : tensor;
  });
  return { ...model, graph: { ...graph, initializer } };
}
