/** @file Pruning of edges: those whose whole function hardly moves their node. */

import { CajalError, type CompileOptions, compile, Tensor, type Value } from "../../../graph/index.ts";
import { layerEdges } from "./layer.ts";
import { layerInputs, type SelectableModel } from "./model.ts";

/**
 * The network without the edges whose function has, over examples x, a root mean square below this share of that of their node's sum. They are zero
 * from now on, and stay so in training.
 * @throws CajalError `argument` for a network that is not pruned
 */
export async function pruneEdges<R>(
  model: SelectableModel<R>,
  x: Tensor,
  threshold = 0.01,
  how?: CompileOptions,
): Promise<SelectableModel<R>> {
  if (model.stage !== "pruned")
    throw new CajalError("argument", `pruneEdges: the network is ${model.stage}, not pruned`, {
      advice: "Choose spaces first (prune): an edge's function is not settled before.",
    });
  const measure = compile((examples: Value) => {
    const inputs = layerInputs(model, examples);
    return model.layers.map((layer, l) => {
      const functions = layerEdges(layer, model.params.layers[l], inputs[l]);
      const edges = functions.square().mean(0);
      return edges
        .less(
          functions
            .sum(1)
            .square()
            .mean(0)
            .mul(threshold ** 2),
        )
        .not();
    });
  }, how);
  const kept = await measure(x);
  await measure.release();
  return {
    ...model,
    layers: model.layers.map((layer, l) => ({ ...layer, edges: Tensor.of(kept[l].numbers(), kept[l].shape) })),
  };
}
