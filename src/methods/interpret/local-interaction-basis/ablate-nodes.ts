/** @file A model that knows only the first directions of a node. */

import { CajalError } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import { blockOf, product } from "../matrix.ts";
import { affineWeights, remade } from "./graph-edit.ts";
import type { LibLayer } from "./layer.ts";

/**
 * The model with a tensor projected onto the first directions of its basis: f ↦ (f, 1)·C[:, :k]·C⁺[:k, :]. The projected tensor keeps its
 * name, the other one is called `name/unedited`; all else stays.
 * @param keep k: directions that are kept, the constant one (which comes first) counted
 * @throws CajalError `argument` when `keep` is not 1 … r, `unknown-layer`
 */
export function ablateNodes(model: Model, layer: LibLayer, keep: number): Model {
  const { tensor, C, Cpinv } = layer;
  if (!Number.isInteger(keep) || keep < 1 || keep > C.columns)
    throw new CajalError("argument", `"${tensor}" has ${C.columns} directions; ${keep} cannot be kept`, {
      advice: "Keep 1 (the constant direction alone) or more.",
    });
  const projection = product(blockOf(C, [0, C.rows], [0, keep]), blockOf(Cpinv, [0, keep], [0, Cpinv.columns - 1]));
  return model.rewrite((graph) =>
    remade(graph, tensor, (unedited, list, addition) => {
      const weights = affineWeights(addition, layer, projection);
      list.asNode(layer, list.affine(layer, list.unitsLast(layer, unedited), ...weights), tensor);
    }),
  );
}
