/** @file What was found, and neurons by rank: by average precision over all layers and maps, or by a baseline's score. */

import { CajalError, type Rng } from "../../../graph/index.ts";
import { type FfnMap, type NeuronId, neuronCount, neuronsAt } from "./ffn.ts";
import type { Fact } from "./relations.ts";

/** A relation of which too few prompts were known. */
export interface Dropped {
  readonly relation: string;
  readonly known: number;
  readonly prompts: number;
}

/** What `relationNeurons` found: plain data. R relations, N neurons. */
export interface Found {
  /** Names, in the order of all that follows. */
  readonly relations: readonly string[];
  readonly templates: readonly (readonly string[])[];
  /** The one that detected. */
  readonly template: number;
  readonly maps: readonly FfnMap[];
  /** Neurons of each relation. */
  readonly k: number;
  /** Average precision of each neuron: R of [N]. */
  readonly ap: readonly Float32Array[];
  /** Mean response to positives less that to negatives: R of [N]. */
  readonly difference: readonly Float32Array[];
  /** Median response to positives: R of [N]. */
  readonly median: readonly Float32Array[];
  /** Facts that detected: those known, where others are left out. */
  readonly det: readonly (readonly Fact[])[];
  /** Facts for evaluation. */
  readonly eva: readonly (readonly Fact[])[];
  /** Prompts of other relations that each was told from. */
  readonly negatives: readonly number[];
  readonly dropped: readonly Dropped[];
}

export interface RankedNeuron extends NeuronId {
  readonly ap: number;
  /** What it is clamped to in order to promote the relation. */
  readonly median: number;
}

export interface RankOptions {
  /** Default: the k of what was found. */
  readonly k?: number;
  /** Average precision, or as a baseline the difference of means. Default "ap". */
  readonly by?: "ap" | "difference";
  /** Neurons of this layer alone, as a baseline. */
  readonly layer?: number;
  /** "last": the neurons that are off for the relation. Default "first". */
  readonly end?: "first" | "last";
}

/** The neurons of a relation, from the first in rank on; of equal ones those with the larger difference of means. @throws CajalError `argument` when there are fewer than k */
export function topNeurons(found: Found, relation: number, options: RankOptions = {}): RankedNeuron[] {
  const { k = found.k, by = "ap", layer, end = "first" } = options;
  const score = found[by][relation];
  const difference = found.difference[relation];
  const candidates = numbersIn(found.maps, layer);
  if (k > candidates.length)
    throw new CajalError(
      "argument",
      `${k} neurons of ${candidates.length}${layer === undefined ? "" : ` in layer ${layer}`}`,
    );
  const sign = end === "first" ? 1 : -1;
  const order = candidates.sort((a, b) => sign * (score[b] - score[a] || difference[b] - difference[a]) || a - b);
  return described(found, relation, order.subarray(0, k));
}

/** As many neurons at random, as a control. */
export function randomNeurons(found: Found, relation: number, rng: Rng, k = found.k): RankedNeuron[] {
  return described(found, relation, rng.permutation(neuronCount(found.maps)).subarray(0, k));
}

function described(found: Found, relation: number, numbers: Int32Array): RankedNeuron[] {
  return neuronsAt(found.maps, numbers).map((neuron, i) => ({
    ...neuron,
    ap: found.ap[relation][numbers[i]],
    median: found.median[relation][numbers[i]],
  }));
}

function numbersIn(maps: readonly FfnMap[], layer: number | undefined): Int32Array {
  const numbers: number[] = [];
  let start = 0;
  for (const map of maps) {
    if (layer === undefined || map.layer === layer)
      for (let unit = 0; unit < map.width; unit++) numbers.push(start + unit);
    start += map.width;
  }
  return Int32Array.from(numbers);
}
