/** @file How effects grow with the number of neurons, and whether facts break by the neurons that were added or by all of them together. */

import type { TextModel } from "../../../probe/index.ts";
import type { RunOptions } from "./answers.ts";
import {
  answersBy,
  answersWithout,
  type EffectOptions,
  ownAndOthers,
  questions,
  type RelationMatrix,
  relationMatrix,
} from "./effects.ts";
import { type Found, topNeurons } from "./rank.ts";

/** Means over relations: of their own neurons off, of the neurons of others, of random ones. */
export interface Means {
  readonly own: number;
  readonly others: number;
  readonly random: number;
}

export interface Cumulated {
  readonly k: number;
  readonly accuracyLost: Means;
  /** Nats. */
  readonly nllRise: Means;
  readonly matrix: RelationMatrix;
}

/** The matrix of each k. */
export async function cumulativity(
  model: TextModel,
  found: Found,
  ks: readonly number[],
  options: Omit<EffectOptions, "k"> = {},
): Promise<Cumulated[]> {
  const steps: Cumulated[] = [];
  for (const k of ks) {
    steps.push(cumulated(await relationMatrix(model, found, { ...options, k })));
    options.onProgress?.(steps.length, ks.length);
  }
  return steps;
}

export function cumulated(matrix: RelationMatrix): Cumulated {
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
  const of = (name: "accuracyLost" | "nllRise") => ({
    ...ownAndOthers(matrix[name]),
    random: mean(matrix.random[name]),
  });
  return { k: matrix.k, accuracyLost: of("accuracyLost"), nllRise: of("nllRise"), matrix };
}

export interface Difference {
  readonly relation: string;
  /** Facts that are known with the first k₁ neurons off, and not with the first k₂. */
  readonly broken: number;
  /** Those of them that are not known either with the k₂ − k₁ neurons off alone. */
  readonly byAddedAlone: number;
}

/** Whether what breaks between k₁ and k₂ is broken by the k₂ − k₁ neurons alone: where it is not, neurons work together. */
export async function differenceTest(
  model: TextModel,
  found: Found,
  [k1, k2]: readonly [number, number],
  options: RunOptions & Pick<EffectOptions, "template"> = {},
): Promise<Difference[]> {
  const asked = questions(model, found, options.template);
  const before = await answersBy(model, asked, options);
  const results: Difference[] = [];
  for (const [r, relation] of found.relations.entries()) {
    const top = topNeurons(found, r, { k: k2 });
    const without = async (neurons: typeof top) => (await answersWithout(model, neurons, [asked[r]], options))[0];
    const [first, all, added] = [await without(top.slice(0, k1)), await without(top), await without(top.slice(k1))];
    const broken = first.flatMap(({ known }, i) => (before[r][i].known && known && !all[i].known ? [i] : []));
    results.push({ relation, broken: broken.length, byAddedAlone: broken.filter((i) => !added[i].known).length });
  }
  return results;
}
