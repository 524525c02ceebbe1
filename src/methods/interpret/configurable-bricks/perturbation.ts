/** @file What the model loses with a function's neurons: the matrix [pruned function × tested function] of rises of perplexity. */

import { Rng } from "../../../graph/index.ts";
import type { TextEdits, TextModel } from "../../../probe/index.ts";
import type { FunctionSet } from "./function-sets.ts";
import { type FuncScores, type NeuronSets, overlapOf, type TopOptions, topNeurons } from "./functionality.ts";
import { functionLosses } from "./text-loss.ts";
import type { PassOptions } from "./text-passes.ts";

export interface Perturbation {
  readonly pruned: readonly string[];
  readonly tested: readonly string[];
  /** Perplexity of each tested function before. */
  readonly base: readonly number[];
  /** Rise of perplexity in %, [pruned][tested]. */
  readonly rise: readonly (readonly number[])[];
  /** The same with as many random neurons, mean of the draws: [tested]. */
  readonly random: readonly number[];
  /** |top_f ∩ top_g| / |top_f|, [f][g]; by chance the fraction of neurons. */
  readonly overlap: readonly (readonly number[])[];
  /** Pairs of functions that share more than half of their neurons: are they the same texts? */
  readonly warnings: readonly string[];
}

export interface PerturbationOptions extends TopOptions, PassOptions {
  /** Random sets. Default 2. */
  readonly draws?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** @param tests the functions whose perplexity is measured, on texts that the scores did not see */
export async function perturbationMatrix(
  model: TextModel,
  scores: FuncScores,
  tests: readonly FunctionSet[],
  options: PerturbationOptions = {},
): Promise<Perturbation> {
  const { fraction = 0.05, draws = 2, seed = 0, onProgress, ...passes } = options;
  const tops = scores.functions.map((_, f) => topNeurons(scores, f, options));
  const rng = new Rng(seed);
  const randoms = Array.from({ length: draws }, (_, i) => randomNeurons(scores, fraction, rng.split(i)));
  const base = await functionLosses(model, tests, passes);
  const rises: number[][] = [];
  for (const set of [...tops, ...randoms]) {
    const losses = await functionLosses(withoutNeurons(model, set), tests, passes);
    rises.push(losses.map((loss, g) => 100 * (Math.exp(loss - base[g]) - 1)));
    onProgress?.(rises.length, tops.length + draws);
  }
  const overlap = tops.map((a) => tops.map((b) => overlapOf(a, b)));
  return {
    pruned: scores.functions,
    tested: tests.map(({ name }) => name),
    base: base.map(Math.exp),
    rise: rises.slice(0, tops.length),
    random: base.map((_, g) => rises.slice(tops.length).reduce((sum, rise) => sum + rise[g] / draws, 0)),
    overlap,
    warnings: sharedNeurons(scores.functions, overlap),
  };
}

/** The model with neurons at zero. */
export function withoutNeurons(model: TextModel, neurons: NeuronSets): TextModel {
  const edits: TextEdits = Object.fromEntries(
    Object.entries(neurons)
      .filter(([, units]) => units.length > 0)
      .map(([name, units]) => [name, { units, set: 0 }]),
  );
  return Object.keys(edits).length === 0 ? model : model.edit(edits);
}

/** As many as the share of all neurons, from all layers alike. */
export function randomNeurons({ layers }: Pick<FuncScores, "layers">, fraction: number, rng: Rng): NeuronSets {
  const all = layers.flatMap(({ name, neurons }) => Array.from({ length: neurons }, (_, i) => ({ name, i })));
  const chosen = [...rng.permutation(all.length)].slice(0, Math.max(1, Math.round(fraction * all.length)));
  const picked = chosen.map((at) => all[at]);
  return Object.fromEntries(
    layers.map(({ name }) => [
      name,
      picked
        .filter((one) => one.name === name)
        .map(({ i }) => i)
        .sort((a, b) => a - b),
    ]),
  );
}

function sharedNeurons(names: readonly string[], overlap: readonly (readonly number[])[]): string[] {
  return names.flatMap((a, f) =>
    names.slice(f + 1).flatMap((b, k) => {
      const shared = overlap[f][f + 1 + k];
      return shared > 0.5
        ? [`"${a}" and "${b}" share ${Math.round(100 * shared)} % of their neurons: one may be the other's texts`]
        : [];
    }),
  );
}
