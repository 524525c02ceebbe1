/** @file The words of every neuron of a language model: each row that it reads or writes with, as the head reads the stream. */

import { CajalError, Tensor } from "../../../graph/index.ts";
import { takeRows } from "../../../nn/index.ts";
import {
  type FeedForwardWeights,
  type NeuronSide,
  type NeuronWeights,
  neuronWeights,
  type TextModel,
} from "../../../probe/index.ts";
import { type DecodeOptions, type DirectionWords, HeadReader, neuronDirections, readable } from "./directions.ts";
import { tokenWords } from "./words.ts";

/** Where a neuron is. */
export interface NeuronAddress {
  /** Feed-forward networks from the input on, counted from 0. */
  readonly layer: number;
  readonly index: number;
  /** Where a layer has several networks. */
  readonly expert?: number;
}

/** What one side of a neuron says, with one sign. */
export interface NeuronWords extends NeuronAddress, DirectionWords {
  /** "up" and "gate" are what it reads, "down" what it writes. */
  readonly side: NeuronSide;
  /** A gated neuron can be driven either way, so both are decoded. */
  readonly sign: 1 | -1;
}

export interface NeuronTable {
  readonly model: string;
  readonly vocabulary: number;
  readonly sides: readonly NeuronSide[];
  readonly neurons: readonly NeuronWords[];
  /** What is to be known before conclusions are drawn. */
  readonly warnings: readonly string[];
}

export interface DecodeNeuronsOptions extends DecodeOptions {
  /** Default: all that there are. */
  readonly sides?: readonly NeuronSide[];
  /** Default: all. */
  readonly layers?: readonly number[];
  /** Neurons of each layer. Default: all. */
  readonly indices?: readonly number[];
  /** The name of the head's weight, where it is not recognised in an ONNX model. */
  readonly head?: string;
  /** The model's weights, if they are at hand, or with others in place of its own. */
  readonly weights?: NeuronWeights;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
  onWarning?(warning: string): void;
}

/**
 * The words of all neurons, layer by layer: no more than one layer's matrices and a few rows of logits are in memory. After Davies 2025,
 * arXiv:2501.02688, which reads the up projection; gate and down are read the same way.
 * @throws CajalError `argument` when no head or no neurons are recognised, a layer or a side is missing, or tokenizer and head differ in size
 */
export async function* decodeNeurons(
  model: TextModel,
  options: DecodeNeuronsOptions = {},
): AsyncGenerator<NeuronWords[]> {
  const { signal, onProgress, onWarning, norm } = options;
  const weights = options.weights ?? (await neuronWeights(model, options));
  const words = tokenWords(model, weights.vocabulary);
  const layers = chosenLayers(weights, options.layers);
  const warnings = [...words.warnings, ...missingSides(model.name, layers.flat(), options.sides)];
  for (const warning of warnings) onWarning?.(warning);
  const reader = new HeadReader(weights, words, options);
  const total = layers.flat().reduce((sum, network) => sum + network.neurons, 0);
  let done = 0;
  try {
    for (const networks of layers) {
      const found: NeuronWords[] = [];
      for (const network of networks) {
        for (const side of sidesOf(network, options.sides)) {
          const rows = chosenRows(await neuronDirections(weights, network, side, norm), options.indices);
          for (const [row, [plus, minus]] of (await decodeRows(reader, rows, signal)).entries()) {
            const place = at(network, options.indices?.[row] ?? row);
            found.push({ ...place, side, sign: 1, ...plus }, { ...place, side, sign: -1, ...minus });
          }
        }
        done += network.neurons;
        onProgress?.(done, total);
      }
      yield found;
    }
  } finally {
    await reader.release();
  }
}

/** `decodeNeurons`, all layers together. */
export async function decodeTable(model: TextModel, options: DecodeNeuronsOptions = {}): Promise<NeuronTable> {
  const weights = options.weights ?? (await neuronWeights(model, options));
  const neurons: NeuronWords[] = [];
  const warnings: string[] = [];
  const onWarning = (warning: string) => {
    warnings.push(warning);
    options.onWarning?.(warning);
  };
  for await (const layer of decodeNeurons(model, { ...options, weights, onWarning }))
    for (const one of layer) neurons.push(one);
  const sides = (["up", "gate", "down"] as const).filter((side) => neurons.some((neuron) => neuron.side === side));
  return { model: model.name, vocabulary: weights.vocabulary, sides, neurons, warnings };
}

/**
 * What any directions of the stream say: features of a sparse autoencoder, differences of activations, elements of the stream.
 * @param directions float32 [directions, width]
 * @returns of each what it says, and what its opposite says
 * @throws CajalError `shape` when they are not as wide as the stream
 */
export async function decodeDirections(
  model: TextModel,
  directions: Tensor,
  options: DecodeOptions & { readonly head?: string; readonly signal?: AbortSignal } = {},
): Promise<(readonly [DirectionWords, DirectionWords])[]> {
  const weights = await neuronWeights(model, options);
  const [, width] = directions.shape;
  if (directions.shape.length !== 2 || width !== weights.width)
    throw new CajalError("shape", `decodeDirections: ${directions}; the stream is ${weights.width} wide`);
  const reader = new HeadReader(weights, tokenWords(model, weights.vocabulary), options);
  try {
    return await decodeRows(reader, readable(directions, weights.norm, options.norm), options.signal);
  } finally {
    await reader.release();
  }
}

async function decodeRows(reader: HeadReader, rows: Tensor, signal: AbortSignal | undefined) {
  const [count, width] = rows.shape;
  const decoded: (readonly [DirectionWords, DirectionWords])[] = [];
  for (let first = 0; first < count; first += reader.rowsAtOnce) {
    signal?.throwIfAborted();
    const last = Math.min(count, first + reader.rowsAtOnce);
    const part = rows.data.subarray(first * width, last * width);
    for (const both of await reader.decode(new Tensor("float32", [last - first, width], part))) decoded.push(both);
  }
  return decoded;
}

/** @throws CajalError `argument` for a neuron that is not there */
function chosenRows(rows: Tensor, indices: readonly number[] | undefined): Tensor {
  if (indices === undefined) return rows;
  const [count] = rows.shape;
  const missing = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= count);
  if (missing !== undefined) throw new CajalError("argument", `a layer has neurons 0 to ${count - 1}, not ${missing}`);
  return takeRows(rows, indices);
}

function at({ layer, expert }: FeedForwardWeights, index: number): NeuronAddress {
  return { layer, index, ...(expert !== undefined && { expert }) };
}

/** The networks by layers. */
function chosenLayers(
  { name, networks }: NeuronWeights,
  wanted: readonly number[] | undefined,
): FeedForwardWeights[][] {
  const count = Math.max(...networks.map(({ layer }) => layer)) + 1;
  const layers = wanted ?? Array.from({ length: count }, (_, i) => i);
  const missing = layers.find((layer) => !networks.some((network) => network.layer === layer));
  if (missing !== undefined) throw new CajalError("argument", `${name} has layers 0 to ${count - 1}, not ${missing}`);
  return layers.map((layer) => networks.filter((network) => network.layer === layer));
}

function sidesOf(network: FeedForwardWeights, wanted: readonly NeuronSide[] | undefined): readonly NeuronSide[] {
  return network.sides.filter((side) => wanted?.includes(side) ?? true);
}

function missingSides(
  name: string,
  networks: readonly FeedForwardWeights[],
  wanted: readonly NeuronSide[] | undefined,
): string[] {
  if (wanted !== undefined && !wanted.includes("gate")) return [];
  if (networks.every(({ sides }) => sides.includes("gate"))) return [];
  return [`${name}: its feed-forward networks have no gates, so neurons have the sides "up" and "down" alone.`];
}
