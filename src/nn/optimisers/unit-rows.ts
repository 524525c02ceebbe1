/** @file Parameters whose rows have length one: gradients along the sphere, and steps that end on it. Dictionaries need both. */

import { forEachLeaf, type Value, type ValueType } from "../../graph/index.ts";
import { type Optimiser, stateless } from "./optimiser.ts";

/** Which parameters are meant, by path ("decoder/weight") and type. */
export type ParameterMask = (path: string, type: ValueType) => boolean;

/**
 * First in a chain: takes from each row of the gradient its component along the parameter's row, so that statistics of gradients (Adam's)
 * hold nothing of what `keepUnitRows` would undo. Rows are the last axis.
 */
export function alongSphere(mask: ParameterMask): Optimiser {
  return stateless((gradients, params, tree) => {
    const chosen = maskOf(tree, mask);
    return gradients.map((gradient, i) => {
      if (!chosen[i]) return gradient;
      const row = params[i];
      const share = gradient.mul(row).sum(-1, true).div(squareOf(row));
      return gradient.sub(row.mul(share));
    });
  });
}

/** Last in a chain: changes updates so that the parameter's rows have length one after the step. */
export function keepUnitRows(mask: ParameterMask): Optimiser {
  return stateless((updates, params, tree) => {
    const chosen = maskOf(tree, mask);
    return updates.map((update, i) => {
      if (!chosen[i]) return update;
      const moved = params[i].add(update);
      return moved.div(squareOf(moved).sqrt()).sub(params[i]);
    });
  });
}

/** The squared length of each row, kept away from zero. */
function squareOf(rows: Value): Value {
  return rows.square().sum(-1, true).add(1e-30);
}

function maskOf(tree: unknown, mask: ParameterMask): boolean[] {
  const chosen: boolean[] = [];
  forEachLeaf(tree, (leaf, path) => chosen.push(mask(path, leaf)));
  return chosen;
}
