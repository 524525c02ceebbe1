/** @file The weights in an ONNX file: others in their place, or those of files beside it inside. */

import {
  CajalError,
  type ExternalData,
  type ImportedModel,
  type proto,
  type Tensor,
  tensorFromProto,
  tensorToProto,
} from "../graph/index.ts";

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

/** The model with the weights inside that it keeps in other files. */
export function withWeightsInside(model: proto.ModelProto, external: ExternalData | undefined): proto.ModelProto {
  const graph = model.graph as proto.GraphProto;
  if (external === undefined || !graph.initializer.some(isExternal)) return model;
  const initializer = graph.initializer.map((tensor) =>
    isExternal(tensor) ? tensorToProto(tensorFromProto(tensor, external), tensor.name) : tensor,
  );
  return { ...model, graph: { ...graph, initializer } };
}

/** The files, beside its own, in which a model keeps weights. */
export function externalFiles({ graph }: proto.ModelProto): ReadonlySet<string> {
  const places = graph?.initializer.filter(isExternal).flatMap(({ externalData }) => externalData) ?? [];
  return new Set(places.flatMap(({ key, value }) => (key === "location" && value ? [value] : [])));
}

function isExternal({ dataLocation }: proto.TensorProto): boolean {
  return Number(dataLocation ?? 0) === 1;
}

/** Stands in for the reading of other files where there are none. @param name what messages call the model */
export function missingWeights(name: string): ExternalData {
  return () => {
    throw new CajalError("external-data", `${name} keeps weights in other files, which were not given`, {
      advice: "Open it by its path, with those files in the same folder.",
    });
  };
}
