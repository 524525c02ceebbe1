/** @file Which weights of a model are biases: those that it adds. They are what the constant input of every map carries. */

import type { ImportedModel, ImportedNode, Tensor } from "../../../graph/index.ts";

/** Ops that hand on the numbers of their first input. */
const carriers = new Set(["Cast", "Expand", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"]);

/** By op: which inputs are added to what it computes. Batch normalisation takes its running mean away from its input. */
const added: Readonly<Record<string, readonly number[]>> = {
  Add: [0, 1],
  Sub: [0, 1],
  Sum: [0, 1],
  Gemm: [2],
  Conv: [2],
  ConvTranspose: [2],
  BatchNormalization: [2, 3],
  InstanceNormalization: [2],
  GroupNormalization: [2],
  LayerNormalization: [2],
  LSTM: [3],
  GRU: [3],
  RNN: [3],
};

/** Masks, too, are added: numbers this low take a position out, and are no bias. */
const lowestBias = -1e4;

/** Names of the model's weights that are added to something on their way, in whatever shape. Masks of attention are left out. */
export function biasesOf(model: ImportedModel): ReadonlySet<string> {
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const found = new Set<string>();
  for (const { op, inputs } of model.nodes)
    for (const i of (Object.hasOwn(added, op) ? added[op] : undefined) ?? []) {
      const name = inputs[i] === undefined ? undefined : weightBehind(inputs[i], model.params, makers);
      if (name !== undefined && !model.params[name].numbers().some((value) => value <= lowestBias)) found.add(name);
    }
  return found;
}

function weightBehind(
  name: string,
  weights: Readonly<Record<string, Tensor>>,
  makers: ReadonlyMap<string, ImportedNode>,
): string | undefined {
  if (Object.hasOwn(weights, name)) return name;
  const node = makers.get(name);
  return node !== undefined && carriers.has(node.op) ? weightBehind(node.inputs[0], weights, makers) : undefined;
}
