/** @file Neurons by word: among those that were decoded, or straight from the weights. */

import { compile, Tensor, type Value } from "../../../graph/index.ts";
import { type NeuronSide, type NeuronWeights, neuronWeights, type TextModel } from "../../../probe/index.ts";
import type { NeuronAddress, NeuronTable, NeuronWords } from "./decode.ts";
import { centredRow, lengthsOf, meanRow, neuronDirections } from "./directions.ts";
import { tokensOfWord, wordOf } from "./words.ts";

/**
 * The neurons that have a word among their tokens, over all layers: "dog" is " dog", "Dog", …. The largest cosine with one of these comes first.
 * @param options.side default: all
 */
export function findNeurons(
  { neurons }: NeuronTable,
  word: string,
  { limit = 10, side }: { readonly limit?: number; readonly side?: NeuronSide } = {},
): NeuronWords[] {
  const wanted = wordOf(word);
  const found = neurons.flatMap((neuron) => {
    if (side !== undefined && neuron.side !== side) return [];
    const cosines = neuron.words.flatMap((text, i) => (wordOf(text) === wanted ? [neuron.cosine[i]] : []));
    return cosines.length > 0 ? [{ neuron, cosine: Math.max(...cosines) }] : [];
  });
  return found
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, limit)
    .map(({ neuron }) => neuron);
}

/** A neuron whose row points to a word. */
export interface NeuronHit extends NeuronAddress {
  /** The layer's name in the model: the neuron's address is `name:index`. */
  readonly name: string;
  readonly side: NeuronSide;
  readonly sign: 1 | -1;
  /** The variant of the word that it is nearest to. */
  readonly token: number;
  readonly cosine: number;
}

export interface SearchOptions {
  readonly limit?: number;
  readonly sides?: readonly NeuronSide[];
  readonly layers?: readonly number[];
  readonly head?: string;
  readonly weights?: NeuronWeights;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/**
 * The neurons that are nearest to a word, by the cosine of their rows with the word's rows of the head alone: no other word is looked at, so it is quick in
 * models of any size.
 * @throws CajalError `argument` when no token is the word, with the pieces that it is made of
 */
export async function searchNeurons(model: TextModel, word: string, options: SearchOptions = {}): Promise<NeuronHit[]> {
  const { limit = 10, sides, layers, signal, onProgress } = options;
  const weights = options.weights ?? (await neuronWeights(model, options));
  const tokens = tokensOfWord(model, word, weights.vocabulary);
  const means = meanRow(weights);
  const vectors = new Float32Array(weights.width * tokens.length);
  for (const [k, token] of tokens.entries()) {
    const row = centredRow(weights, token, means);
    const length = Math.hypot(...row) || 1;
    for (const [i, v] of row.entries()) vectors[i * tokens.length + k] = v / length;
  }
  const matrix = new Tensor("float32", [weights.width, tokens.length], vectors);
  const run = compile((rows: Value, words: Value) => rows.matmul(words));
  const networks = weights.networks.filter(({ layer }) => layers?.includes(layer) ?? true);
  const total = networks.reduce((sum, { neurons }) => sum + neurons, 0);
  const hits: NeuronHit[] = [];
  let done = 0;
  try {
    for (const { layer, expert, ...network } of networks) {
      for (const side of network.sides.filter((one) => sides?.includes(one) ?? true)) {
        signal?.throwIfAborted();
        const rows = await neuronDirections(weights, { layer, ...network }, side, "cosine");
        const lengths = lengthsOf(rows);
        const products = (await run(rows, matrix)).data as Float32Array;
        for (let index = 0; index < lengths.length; index++)
          for (const sign of [1, -1] as const) {
            const cosines = tokens.map((_, k) => (sign * products[index * tokens.length + k]) / lengths[index]);
            const best = cosines.indexOf(Math.max(...cosines));
            hits.push({
              name: network.taps.product,
              layer,
              ...(expert !== undefined && { expert }),
              index,
              side,
              sign,
              token: tokens[best],
              cosine: cosines[best],
            });
          }
      }
      hits.sort((a, b) => b.cosine - a.cosine).splice(limit);
      done += network.neurons;
      onProgress?.(done, total);
    }
  } finally {
    await run.release();
  }
  return hits;
}
