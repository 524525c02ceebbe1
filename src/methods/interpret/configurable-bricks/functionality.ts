/**
 * @file Which neurons serve which function: FuncScore(i, f) is the average precision with which neuron i's activity on a prompt tells whether
 * the prompt is of function f.
 */

import { Rng } from "../../../graph/index.ts";
import { averagePrecision } from "../../../nn/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import { findFeedForward } from "./feed-forward.ts";
import { checkSets, type FunctionSet } from "./function-sets.ts";
import { promptActivity } from "./prompt-activity.ts";
import type { PassOptions } from "./text-passes.ts";

export interface FuncScores {
  readonly functions: readonly string[];
  /** Prompts of each function. */
  readonly instances: readonly number[];
  readonly layers: readonly { readonly name: string; readonly neurons: number }[];
  /** [function][layer][neuron], from 0 to 1. */
  readonly score: readonly (readonly Float64Array[])[];
  /** The mean of A_i over the function's prompts, [function][layer][neuron]. */
  readonly activity: readonly (readonly Float64Array[])[];
  /** The scores of random activations: their mean, and the value that 1 % of them exceed, by function. */
  readonly random: { readonly mean: readonly number[]; readonly high: readonly number[] };
  /** Neurons that are among the most active ones for nearly every function, whatever it is. */
  readonly residents: NeuronSets;
}

/** Neurons by layer, in ascending order. */
export type NeuronSets = Readonly<Record<string, readonly number[]>>;

export interface FuncScoreOptions extends PassOptions {
  /** Whether A_i is the mean of |a_i|. Default true. */
  readonly absolute?: boolean;
  /** Fewest prompts of a function. Default 30. */
  readonly least?: number;
  /** Of random activations. Default 0. */
  readonly seed?: number;
  /** Residents: in this share of the most active neurons … Default 0.05. */
  readonly residentFraction?: number;
  /** … for this share of the functions. Default 0.8. */
  readonly residentFunctions?: number;
}

/** Random neurons that the baseline is measured with. */
const randomNeurons = 400;

/**
 * Scores of all neurons for all functions. Prompts belong to one function each: see `exclusiveSets`.
 * @throws CajalError `bad-labels` for sets that are too small or too few, `argument` when no feed-forward layer is recognised
 */
export async function functionalityScores(
  model: TextModel,
  sets: readonly FunctionSet[],
  options: FuncScoreOptions = {},
): Promise<FuncScores> {
  const { least, seed = 0, residentFraction = 0.05, residentFunctions = 0.8 } = options;
  checkSets(sets, { least });
  const layers = await findFeedForward(model);
  const prompts = sets.flatMap(({ prompts }) => prompts);
  const owners = sets.flatMap(({ prompts }, f) => prompts.map(() => f));
  const all = await promptActivity(model, layers, prompts, options);
  const columns = layers.map(({ neurons }, l) =>
    Array.from({ length: neurons }, (_, i) => Float64Array.from(prompts, (_, p) => all[l][p * neurons + i])),
  );
  const labels = sets.map((_, f) => owners.map((owner) => owner === f));
  const score = labels.map((label) =>
    columns.map((neurons) => Float64Array.from(neurons, (column) => averagePrecision(column, label))),
  );
  const activity = labels.map((label, f) =>
    columns.map((neurons) =>
      Float64Array.from(neurons, (column) =>
        column.reduce((sum, v, p) => sum + (label[p] ? v / sets[f].prompts.length : 0), 0),
      ),
    ),
  );
  const named = layers.map(({ name, neurons }) => ({ name, neurons }));
  const enough = residentFunctions * sets.length;
  return {
    functions: sets.map(({ name }) => name),
    instances: sets.map(({ prompts }) => prompts.length),
    layers: named,
    score,
    activity,
    random: randomScores(labels, new Rng(seed)),
    residents: residentsOf(named, activity, residentFraction, enough),
  };
}

function randomScores(labels: readonly (readonly boolean[])[], rng: Rng): FuncScores["random"] {
  const byFunction = labels.map((label, f) => {
    const draws = rng.split(f);
    const scores = Array.from({ length: randomNeurons }, () =>
      averagePrecision(
        label.map(() => draws.random()),
        label,
      ),
    ).sort((a, b) => a - b);
    return {
      mean: scores.reduce((a, b) => a + b, 0) / randomNeurons,
      high: scores[Math.floor(0.99 * randomNeurons)],
    };
  });
  return { mean: byFunction.map(({ mean }) => mean), high: byFunction.map(({ high }) => high) };
}

function residentsOf(
  layers: FuncScores["layers"],
  activity: FuncScores["activity"],
  fraction: number,
  enough: number,
): NeuronSets {
  const counts = layers.map(({ neurons }) => new Int32Array(neurons));
  for (const of of activity)
    for (const [l, { name }] of layers.entries()) for (const i of largest(layers, of, fraction)[name]) counts[l][i]++;
  return Object.fromEntries(
    layers.map(({ name }, l) => [name, [...counts[l].keys()].filter((i) => counts[l][i] >= enough - 1e-9)]),
  );
}

export interface TopOptions {
  /** Share of all neurons. Default 0.05. */
  readonly fraction?: number;
  /** Leaves residents out; others take their places. Default false. */
  readonly excludeResident?: boolean;
}

/** The neurons that serve a function most, over the whole model. @param f its number */
export function topNeurons(
  scores: FuncScores,
  f: number,
  { fraction = 0.05, excludeResident = false }: TopOptions = {},
): NeuronSets {
  const { layers, residents, score } = scores;
  const open = excludeResident
    ? score[f].map((of, l) => {
        const left = of.slice();
        for (const i of residents[layers[l].name]) left[i] = Number.NEGATIVE_INFINITY;
        return left;
      })
    : score[f];
  return largest(layers, open, fraction);
}

/** The share of all neurons with the largest values. */
function largest(layers: FuncScores["layers"], values: readonly Float64Array[], fraction: number): NeuronSets {
  const all = layers.flatMap(({ neurons }, l) =>
    Array.from({ length: neurons }, (_, i) => ({ l, i, v: values[l][i] })),
  );
  const chosen = all.sort((a, b) => b.v - a.v).slice(0, Math.max(1, Math.round(fraction * all.length)));
  return Object.fromEntries(
    layers.map(({ name }, l) => [
      name,
      chosen
        .filter((one) => one.l === l)
        .map(({ i }) => i)
        .sort((a, b) => a - b),
    ]),
  );
}

/** |top_f ∩ top_g| / |top_f|: by chance the fraction itself. */
export function overlapOf(a: NeuronSets, b: NeuronSets): number {
  let [both, count] = [0, 0];
  for (const [name, neurons] of Object.entries(a)) {
    const other = new Set(b[name]);
    count += neurons.length;
    both += neurons.filter((i) => other.has(i)).length;
  }
  return count === 0 ? 0 : both / count;
}

export interface LayerSummary {
  readonly function: string;
  readonly layer: string;
  readonly best: number;
  /** Mean of the best 0.5 %, of one neuron at least. */
  readonly bestHalfPercent: number;
  readonly mean: number;
  /** Mean score of random activations. */
  readonly random: number;
}

/** Each function in each layer. */
export function summariseScores({ functions, layers, score, random }: FuncScores): LayerSummary[] {
  return functions.flatMap((name, f) =>
    layers.map(({ name: layer, neurons }, l) => {
      const sorted = score[f][l].slice().sort().reverse();
      const few = sorted.subarray(0, Math.max(1, Math.round(0.005 * neurons)));
      const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
      return {
        function: name,
        layer,
        best: sorted[0],
        bestHalfPercent: mean(few),
        mean: mean(sorted),
        random: random.mean[f],
      };
    }),
  );
}
