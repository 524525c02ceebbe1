/** @file Which edges are kept: the largest, and all that go out of the constant direction. */

import { CajalError } from "../../../graph/index.ts";
import type { Matrix } from "../matrix.ts";

/** Rows of a mask that are alike: directions of the next node that are computed from the same directions of this one. */
export interface MaskGroup {
  /** [r] of this node: 1 where it may be seen. */
  readonly inputs: Float64Array;
  /** [r] of the next node: 1 where it is computed from these. */
  readonly outputs: Float64Array;
}

/** Edges that can be cut. Those out of the constant direction (column 0) are free. */
export function edgeCount({ rows, columns }: Matrix): number {
  return rows * (columns - 1);
}

/**
 * The mask with the `keep` largest edges, equal rows together. What ties with the smallest of them is kept as well.
 * @throws CajalError `argument`
 */
export function maskGroups(edges: Matrix, keep: number): MaskGroup[] {
  const { rows, columns, data } = edges;
  if (!Number.isInteger(keep) || keep < 0 || keep > edgeCount(edges))
    throw new CajalError("argument", `${keep} edges cannot be kept: there are ${edgeCount(edges)} that can be cut`);
  const ranked = data.filter((_, at) => at % columns > 0).sort((a, b) => b - a);
  const least = keep === 0 ? Number.POSITIVE_INFINITY : ranked[keep - 1];
  const groups = new Map<string, MaskGroup>();
  for (let i = 0; i < rows; i++) {
    const inputs = data.slice(i * columns, (i + 1) * columns).map((weight, j) => Number(j === 0 || weight >= least));
    const key = inputs.join("");
    const group = groups.get(key) ?? { inputs, outputs: new Float64Array(rows) };
    group.outputs[i] = 1;
    groups.set(key, group);
  }
  return [...groups.values()];
}
