/** @file What a network costs: numbers to keep, and operations to compute. */

import { leavesOf, nodesBehind, sizeOf, type Tensor, trace, type Value } from "../../../graph/index.ts";
import { applyModel, type ModelParams, type SelectableModel } from "./model.ts";
import { parametersPerEdge } from "./spaces/space.ts";

/**
 * Numbers that the network has learned: for each edge that is left, those of its node's spaces and the weight of its base; gates, as long as there are
 * any; and the rest.
 */
export function parameterCount<R>({ layers, params }: SelectableModel<R>): number {
  const selectable = layers.map(({ inputs, outputs, spaces, edges }, l) => {
    const { base, gates } = params.layers[l];
    const kept = edges?.numbers();
    const edgesInto = (node: number) =>
      kept === undefined ? inputs : kept.reduce((sum, edge, at) => sum + (at % outputs === node ? edge : 0), 0);
    const perNode = Array.from({ length: outputs }, (_, node) => {
      const own = spaces.filter(({ nodes }) => nodes.includes(node));
      const numbers = own.reduce((sum, { space }) => sum + parametersPerEdge(space), base ? 1 : 0);
      return edgesInto(node) * numbers;
    });
    return perNode.reduce((a, b) => a + b, gates?.size ?? 0);
  });
  const rest = leavesOf(params.rest).reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
  return selectable.reduce((a, b) => a + b, rest);
}

/** Ops that only bring numbers to other places. */
const moving = new Set(
  "Identity Transpose Reshape Flatten Squeeze Unsqueeze Cast Concat Gather Slice Expand Pad Shape".split(" "),
);

/** Floating-point operations for examples of this shape: two for each multiply-add of a product, one for each element that is computed otherwise. */
export function operations<R>(model: SelectableModel<R>, x: Tensor): number {
  const { outputs } = trace(
    (params: ModelParams<R, Value>, examples: Value) => applyModel(model, examples, params),
    [model.params, x],
  );
  return nodesBehind(outputs.map(({ value }) => value)).reduce((sum, { node, times }) => {
    const { name } = node.definition;
    const [left, right] = node.inputs;
    const results = sizeOf(node.outputs[0].shape);
    if (moving.has(name)) return sum;
    if (name === "MatMul" && left) return sum + 2 * times * results * left.shape[left.rank - 1];
    // A kernel that is not learned copies patches.
    if (name === "Conv" && right)
      return sum + (right.constant ? 0 : 2 * times * results * sizeOf(right.shape.slice(1)));
    return sum + times * results;
  }, 0);
}
