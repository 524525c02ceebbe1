/** @file Pruning: shares are folded into coefficients, and the spaces that were not chosen are removed. */

import { CajalError, mapLeaves, Tensor } from "../../../graph/index.ts";
import type { LayerParams, SelectableLayer } from "./layer.ts";
import type { SelectableModel } from "./model.ts";
import type { Choice } from "./selection.ts";

/**
 * The network with the chosen spaces only: α is folded into the coefficients, and with all spaces kept the network computes what it did before. What
 * is not chosen is no longer in parameters and graph.
 * @throws CajalError `argument` for a network whose spaces are not trained, or that is pruned already
 */
export function prune<R>(model: SelectableModel<R>, choices: readonly Choice[]): SelectableModel<R> {
  if (model.stage !== "trained")
    throw new CajalError("argument", `prune: the network is ${model.stage}, not trained`, {
      advice: "Spaces can be chosen once all of them have been trained (trainSpaces), and once only.",
    });
  const pruned = model.layers.map((layer, l) =>
    prunedLayer(
      layer,
      model.params.layers[l],
      choices.filter((choice) => choice.layer === l),
    ),
  );
  return {
    ...model,
    stage: "pruned",
    layers: pruned.map(({ layer }) => layer),
    params: { ...model.params, layers: pruned.map(({ params }) => params) },
  };
}

function prunedLayer(layer: SelectableLayer, { base, spaces }: LayerParams<Tensor>, choices: readonly Choice[]) {
  const kept = layer.spaces.flatMap(({ space, nodes }) => {
    const { name } = space;
    const owners = choices.flatMap(({ node, spaces: chosen }) => {
      const share = chosen.find((each) => each.name === name)?.share;
      return share === undefined ? [] : [{ node, share, column: nodes.indexOf(node) }];
    });
    if (owners.length === 0) return [];
    const left = mapLeaves(spaces[name], (leaf) =>
      takeColumns(
        leaf as Tensor,
        owners.map(({ column }) => column),
      ),
    );
    const weight = scaleColumns(
      left.weight,
      owners.map(({ share }) => share),
    );
    return [{ space, nodes: owners.map(({ node }) => node), params: { ...left, weight } }];
  });
  return {
    layer: { ...layer, spaces: kept.map(({ space, nodes }) => ({ space, nodes })) },
    params: { ...(base && { base }), spaces: Object.fromEntries(kept.map((k) => [k.space.name, k.params])) },
  };
}

/** The given entries of the last axis. */
function takeColumns(tensor: Tensor, columns: readonly number[]): Tensor {
  const width = tensor.shape[tensor.shape.length - 1];
  const values = tensor.numbers();
  const rows = Array.from({ length: tensor.size / width }, (_, row) => columns.map((c) => values[row * width + c]));
  return Tensor.of(rows.flat(), [...tensor.shape.slice(0, -1), columns.length], tensor.dtype);
}

/** Each entry of the last axis times its factor. */
function scaleColumns(tensor: Tensor, factors: readonly number[]): Tensor {
  const scaled = tensor.numbers().map((value, i) => value * factors[i % factors.length]);
  return Tensor.of(scaled, tensor.shape, tensor.dtype);
}
