/** @file How well factors and communities meet what was planted. */

import { areaUnderRoc, bestAssignment, normalisedMutualInformation } from "../../../../nn/index.ts";
import { cosine, type Ntf } from "../ntf.ts";
import type { PlantedMotif } from "./planted-motifs.ts";

type Pairs = { readonly i: Int32Array; readonly j: Int32Array };

/** The component of each motif: the one whose temporal loading is most like the motif's window, each component for one motif. */
export function matchInTime(motifs: readonly PlantedMotif[], ft: Ntf["factors"][0], times: Float64Array) {
  const likeness = motifs.map(({ window: [from, to] }) => {
    const active = times.map((t) => Number(t >= from && t < to));
    return Float64Array.from(ft, (loading) => cosine(loading, active));
  });
  const component = bestAssignment(likeness);
  return { component, cosines: Array.from(component, (r, k) => likeness[k][r]) };
}

/** How well the affinities of pairs tell which are of one group. */
export function pairAuroc(fa: Float64Array, { i, j }: Pairs, { groups }: PlantedMotif): number {
  const together = (_: number, p: number) => groups[i[p]] > 0 && groups[i[p]] === groups[j[p]];
  return areaUnderRoc(
    fa.filter(together),
    fa.filter((value, p) => !together(value, p)),
  );
}

/** Over all neurons, with those that take no part as a class of their own. */
export function communityScore(communities: ArrayLike<number>, { groups }: PlantedMotif): number {
  return normalisedMutualInformation(communities, groups);
}

/** Over the neurons of the motif only. */
export function memberScore(communities: ArrayLike<number>, { groups }: PlantedMotif): number {
  const members = Array.from(groups.keys()).filter((n) => groups[n] > 0);
  return normalisedMutualInformation(
    members.map((n) => communities[n]),
    members.map((n) => groups[n]),
  );
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
