/** @file Selection: which activation spaces each node keeps. */

import { CajalError, type Rng } from "../../../graph/index.ts";
import type { Contribution } from "./contribution.ts";

/** What a node has chosen, the space that contributes most first. */
export interface Choice {
  readonly layer: number;
  readonly node: number;
  readonly spaces: readonly Pick<Contribution, "name" | "share" | "contribution">[];
}

/** By what spaces are chosen: their contribution (the method), the gate's share alone, or at random; the last two show what the first is worth. */
export type Criterion = "contribution" | "share" | Rng;

/** The `keep` spaces of each node that are best by the criterion. @throws CajalError `argument` when a node has fewer */
export function select(measured: readonly Contribution[], keep: number, by: Criterion = "contribution"): Choice[] {
  const nodes = new Map<string, Contribution[]>();
  for (const each of measured) {
    const key = `${each.layer}:${each.node}`;
    nodes.set(key, [...(nodes.get(key) ?? []), each]);
  }
  return [...nodes.values()].map((spaces) => {
    const [{ layer, node }] = spaces;
    if (!(Number.isInteger(keep) && keep >= 1 && keep <= spaces.length))
      throw new CajalError(
        "argument",
        `select: node ${node} of layer ${layer} has ${spaces.length} spaces, not ${keep} to keep`,
      );
    const kept = ranked(spaces, by)
      .slice(0, keep)
      .sort((a, b) => b.contribution - a.contribution);
    return { layer, node, spaces: kept.map(({ name, share, contribution }) => ({ name, share, contribution })) };
  });
}

function ranked(spaces: readonly Contribution[], by: Criterion): Contribution[] {
  if (typeof by === "string") return [...spaces].sort((a, b) => b[by] - a[by]);
  return [...by.permutation(spaces.length)].map((at) => spaces[at]);
}
