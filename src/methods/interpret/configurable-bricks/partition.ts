/** @file Emergent bricks: the neurons of each feed-forward layer in groups, by function, by weights, by co-activation, or at random. */

import { CajalError, Rng, Tensor } from "../../../graph/index.ts";
import { balancedPartition } from "../../../nn/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import { type FeedForward, findFeedForward, inputDirections } from "./feed-forward.ts";
import type { FuncScores } from "./functionality.ts";
import { tapped } from "./prompt-activity.ts";
import { onTexts, type PassOptions, type Tokens } from "./text-passes.ts";

export interface NeuronBrick {
  readonly name: string;
  /** In ascending order. */
  readonly neurons: readonly number[];
}

export interface LayerPlan {
  /** The layer's name, of its activations. */
  readonly name: string;
  /** The tap of what its neurons read. */
  readonly read: string;
  readonly neurons: number;
  readonly bricks: readonly NeuronBrick[];
  /** Neurons that are always on. */
  readonly shared: readonly number[];
}

export interface BrickPlan {
  readonly how: PartitionKind;
  readonly layers: readonly LayerPlan[];
}

/**
 * "function": each neuron to the function that it scores highest for, by z-score, if above what 1 % of random activations reach; else it is
 * shared. "weights": equal sizes, by the directions that neurons read. "coactivation": equal sizes, by Σ_tokens a_i·a_j over positive
 * activations. "random": equal sizes.
 */
export type PartitionKind = "function" | "weights" | "coactivation" | "random";

export interface PartitionOptions extends PassOptions {
  /** Neurons of a brick, for those of equal sizes; or how many bricks. */
  readonly size?: number;
  readonly bricks?: number;
  /** For "function". */
  readonly scores?: FuncScores;
  /** For "coactivation". */
  readonly texts?: readonly Tokens[];
  /** Of random starts. Default 0. */
  readonly seed?: number;
}

/** @throws CajalError `argument` when what the kind needs is missing, or the size does not divide a layer: with the sizes that do */
export async function partition(
  model: TextModel,
  how: PartitionKind,
  options: PartitionOptions = {},
): Promise<BrickPlan> {
  const layers = await findFeedForward(model);
  if (how === "function") {
    if (options.scores === undefined)
      throw new CajalError("argument", 'partition by "function" needs scores', {
        advice: "Take them from functionalityScores.",
      });
    return { how, layers: byFunction(options.scores, layers) };
  }
  const sizes = layers.map(({ neurons, name }) => brickSize(neurons, name, options));
  const labels = await labelsOf(model, how, layers, sizes, options);
  return { how, layers: layers.map((layer, l) => equalBricks(layer, labels[l], layer.neurons / sizes[l])) };
}

async function labelsOf(
  model: TextModel,
  how: Exclude<PartitionKind, "function">,
  layers: readonly FeedForward[],
  sizes: readonly number[],
  { texts, seed = 0, ...options }: PartitionOptions,
): Promise<ArrayLike<number>[]> {
  if (how === "random")
    return layers.map(({ neurons }, l) => {
      const order = new Rng(seed).split(l).permutation(neurons);
      const labels = new Int32Array(neurons);
      for (const [at, neuron] of order.entries()) labels[neuron] = Math.floor(at / sizes[l]);
      return labels;
    });
  const divided = (affinity: Tensor, l: number) => balancedPartition(affinity, sizes[l], { seed }).labels;
  if (how === "weights") return Promise.all(layers.map(async (layer, l) => divided(await weightAffinity(layer), l)));
  if (texts === undefined || texts.length === 0)
    throw new CajalError("argument", 'partition by "coactivation" needs texts', {
      advice: "Give some of what the model shall read.",
    });
  const affinities = await coactivation(model, layers, texts, options);
  return affinities.map(divided);
}

/** Inner products of the directions that neurons read: with equal sizes, grouping by them is k-means of the directions. */
async function weightAffinity(layer: FeedForward): Promise<Tensor> {
  const { neurons: n, width } = layer;
  const rows = await inputDirections(layer);
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += rows[i * width + d] * rows[j * width + d];
      data[i * n + j] = sum;
      data[j * n + i] = sum;
    }
  return new Tensor("float64", [n, n], data);
}

/** Σ_tokens a_i·a_j over positive activations, of each layer [neurons, neurons]. */
export async function coactivation(
  model: TextModel,
  layers: readonly FeedForward[],
  texts: readonly Tokens[],
  options?: PassOptions,
): Promise<Tensor[]> {
  const sums = layers.map(({ neurons }) => new Float64Array(neurons * neurons));
  await onTexts(
    model,
    texts,
    (feeds) => {
      const names = layers.map(({ name }) => name);
      const products = tapped(model, feeds, names).map((a, l) => {
        const positive = a.relu().mul(feeds.own.unsqueeze(-1)).reshape([-1, layers[l].neurons]);
        return positive.transpose().matmul(positive);
      });
      return Object.fromEntries(products.map((product, l) => [names[l], product]));
    },
    (results) => {
      for (const [l, { name }] of layers.entries()) {
        const data = results[name].data as Float32Array;
        for (let i = 0; i < data.length; i++) sums[l][i] += data[i];
      }
    },
    options,
  );
  return layers.map(({ neurons: n }, l) => new Tensor("float64", [n, n], sums[l]));
}

function byFunction({ functions, score, random }: FuncScores, layers: readonly FeedForward[]): LayerPlan[] {
  const every = score.map((of) => of.flatMap((layer) => [...layer]));
  const means = every.map((values) => values.reduce((a, b) => a + b, 0) / values.length);
  const deviations = every.map((values, f) =>
    Math.sqrt(values.reduce((sum, v) => sum + (v - means[f]) ** 2, 0) / values.length),
  );
  return layers.map(({ name, read, neurons }, l) => {
    const groups: number[][] = functions.map(() => []);
    const shared: number[] = [];
    for (let i = 0; i < neurons; i++) {
      const z = functions.map((_, f) => (score[f][l][i] - means[f]) / (deviations[f] || 1));
      const best = z.indexOf(Math.max(...z));
      (score[best][l][i] > random.high[best] ? groups[best] : shared).push(i);
    }
    return { name, read, neurons, bricks: functions.map((f, k) => ({ name: f, neurons: groups[k] })), shared };
  });
}

function equalBricks({ name, read, neurons }: FeedForward, labels: ArrayLike<number>, bricks: number): LayerPlan {
  const groups: number[][] = Array.from({ length: bricks }, () => []);
  for (let i = 0; i < neurons; i++) groups[labels[i]].push(i);
  return { name, read, neurons, bricks: groups.map((group, k) => ({ name: `brick${k}`, neurons: group })), shared: [] };
}

function brickSize(neurons: number, name: string, { size, bricks }: PartitionOptions): number {
  const wanted = size ?? (bricks === undefined ? undefined : neurons / bricks);
  const possible = Array.from({ length: neurons }, (_, i) => i + 1).filter((s) => neurons % s === 0);
  if (wanted === undefined || !possible.includes(wanted))
    throw new CajalError(
      "argument",
      wanted === undefined
        ? "partition: neither the size of bricks nor their number is given"
        : `partition: bricks of ${wanted} do not divide the ${neurons} neurons of "${name}"`,
      { advice: `Possible sizes: ${possible.join(", ")}.` },
    );
  return wanted;
}
