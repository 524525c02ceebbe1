/** @file What a discrimination value is to be held against: labels without meaning, and classes among points that are alike otherwise. */

import { CajalError, Rng, type Tensor } from "../../graph/index.ts";
import { type Labels, takeRows } from "../../nn/index.ts";
import { type Distances, distances, matrixShape } from "./distances.ts";
import { type Classes, checkClasses, checkCount, classesOf, discriminate, gdv } from "./generalized-discrimination.ts";
import { standardised } from "./standardise.ts";

export interface NullBand {
  readonly mean: number;
  /** The quantiles 2.5 % and 97.5 %. */
  readonly low: number;
  readonly high: number;
}

/**
 * What the value is when labels mean nothing: with the same labels in random order, `permutations` times.
 * @throws CajalError as `gdv` does
 */
export async function gdvNull(x: Tensor, labels: Labels, permutations: number, seed: number): Promise<NullBand> {
  const [points] = matrixShape(x, "gdvNull");
  checkCount(points, labels);
  const classes = classesOf(labels);
  checkClasses(classes);
  const { scaled, dimensions } = standardised(x);
  return permutedLabels(await distances(scaled), dimensions, classes, permutations, new Rng(seed));
}

/** The same from distances of standardised points. */
export function permutedLabels(
  all: Distances,
  dimensions: number,
  classes: Classes,
  permutations: number,
  rng: Rng,
): NullBand {
  const values = Float64Array.from({ length: permutations }, () => {
    const order = rng.permutation(all.points);
    return discriminate(all, dimensions, { ...classes, of: classes.of.map((_, i) => classes.of[order[i]]) }).gdv;
  }).sort();
  const quantile = (q: number) => {
    const at = q * (permutations - 1);
    const below = Math.floor(at);
    return values[below] + (at - below) * (values[Math.min(below + 1, permutations - 1)] - values[below]);
  };
  return { mean: values.reduce((a, b) => a + b, 0) / permutations, low: quantile(0.025), high: quantile(0.975) };
}

export interface ConditionalOptions {
  /** Within a group, classes with fewer points are left out. Default 10. */
  readonly fewest?: number;
}

export interface ConditionalDiscrimination {
  /** The mean over groups, weighted by their numbers of points. */
  readonly gdv: number;
  readonly groups: readonly {
    readonly given: string | number;
    readonly gdv: number;
    readonly points: number;
    readonly classes: number;
  }[];
}

/**
 * How far classes are apart among points that are alike in something else: the value within each group of points with the same `given`.
 * @throws CajalError `argument` when no group has two classes with enough points
 */
export async function conditionalGdv(
  x: Tensor,
  labels: Labels,
  given: Labels,
  { fewest = 10 }: ConditionalOptions = {},
): Promise<ConditionalDiscrimination> {
  const [points] = matrixShape(x, "conditionalGdv");
  checkCount(points, labels);
  checkCount(points, given);
  const groups: ConditionalDiscrimination["groups"][number][] = [];
  for (const name of classesOf(given).names) {
    const members = Array.from({ length: points }, (_, i) => i).filter((i) => given[i] === name);
    const rows = frequent(labels, members, Math.max(2, fewest));
    const classes = new Set(rows.map((i) => labels[i])).size;
    if (classes < 2) continue;
    const { gdv: value } = await gdv(
      takeRows(x, rows),
      rows.map((i) => labels[i]),
      { subsample: rows.length },
    );
    groups.push({ given: name, gdv: value, points: rows.length, classes });
  }
  const total = groups.reduce((sum, group) => sum + group.points, 0);
  if (total === 0)
    throw new CajalError("argument", `conditionalGdv: no group has two classes with ${fewest} points or more`, {
      advice: "Record more points, or ask for fewer by `fewest`.",
    });
  return { gdv: groups.reduce((sum, group) => sum + (group.gdv * group.points) / total, 0), groups };
}

/** Those of the points whose label at least so many of them have. */
export function frequent(labels: Labels, points: readonly number[], fewest: number): number[] {
  const counts = new Map<string | number, number>();
  for (const i of points) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  return points.filter((i) => (counts.get(labels[i]) ?? 0) >= fewest);
}
