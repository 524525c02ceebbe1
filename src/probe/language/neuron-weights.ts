/**
 * @file Which weights belong to the neurons of a language model's feed-forward networks: what each reads of the residual stream, what it writes
 * to it, and how the stream's end is read by the head.
 */

import { CajalError, type Tensor } from "../../graph/index.ts";
import type { Block, Gpt, Norm } from "../../nn/index.ts";
import type { Decoder } from "../architectures/decoder.ts";
import { transposed } from "../architectures/stored.ts";
import type { TextModel } from "./text-model.ts";

/** The row that reads, the row that gates, the column that writes. */
export type NeuronSide = "up" | "gate" | "down";

/** What is linear in a norm: it scales, [width], and a layer norm takes the mean off before. */
export interface NormWeights {
  /** Left out: ones. */
  readonly scale?: Tensor;
  readonly centred: boolean;
}

/** The neurons of one feed-forward network; of one expert, where a layer has several. */
export interface FeedForwardWeights {
  readonly layer: number;
  /** Among several networks that read the same stream. */
  readonly expert?: number;
  readonly neurons: number;
  /** "gate" only where there is one. */
  readonly sides: readonly NeuronSide[];
  /** float32 [neurons, width]: of "down" the columns, as rows. Made when asked for, so that no more than is used is in memory. */
  rows(side: NeuronSide): Promise<Tensor>;
  /** The norm before the network. */
  readonly read: NormWeights;
  /** The norm behind it, before the sum with the stream (Gemma 2). */
  readonly written?: NormWeights;
  /**
   * The model's taps: the stream as all neurons get it, what each reads of it (before activation), what the gate reads, the neurons: the product
   * of both, and what they write together (with the bias).
   */
  readonly taps: {
    readonly read: string;
    readonly up: string;
    readonly gate?: string;
    readonly product: string;
    readonly written: string;
  };
}

/** Those of a network's taps that hold one number for each neuron. */
export function neuronTaps({ taps: { up, gate, product } }: Pick<FeedForwardWeights, "taps">): string[] {
  return [up, ...(gate === undefined ? [] : [gate]), product];
}

export interface HeadWeights {
  readonly weight: Tensor;
  /** "tokens": [vocabulary, width]; "width": [width, vocabulary]. */
  readonly first: "tokens" | "width";
}

export interface NeuronWeights {
  /** What messages call the model. */
  readonly name: string;
  readonly width: number;
  readonly vocabulary: number;
  readonly head: HeadWeights;
  /** The norm before the head. */
  readonly norm: NormWeights;
  /** In the order of computing. */
  readonly networks: readonly FeedForwardWeights[];
}

export interface NeuronWeightsOptions {
  /** The name of the head's weight, where it is not found: as `model.weights` has it. */
  readonly head?: string;
}

/** The head by the name of its weight. @throws CajalError `argument` when there is none of that name, or it does not fit the stream */
export function namedHead(model: TextModel, name: string, width: number): HeadWeights {
  const weight = Object.hasOwn(model.weights, name) ? model.weights[name] : undefined;
  if (weight === undefined || weight.shape.length !== 2 || !weight.shape.includes(width))
    throw new CajalError(
      "argument",
      weight === undefined
        ? `${model.name} has no weight "${name}"`
        : `"${name}" is ${weight}: no head of a stream of ${width}`,
      { advice: `Matrices that end in the stream's width: ${candidates(model, width).join(", ")}.` },
    );
  return { weight, first: weight.shape[1] === width ? "tokens" : "width" };
}

/** So many names are shown. */
const shown = 12;

/** Matrices that a head could be, the largest first, with their shapes. @param width of the stream, where it is known */
export function candidates(model: TextModel, width?: number): string[] {
  return Object.entries(model.weights)
    .filter(([, { shape }]) => shape.length === 2 && (width === undefined || shape.includes(width)))
    .sort(([, a], [, b]) => b.size - a.size)
    .slice(0, shown)
    .map(([name, { shape }]) => `"${name}" [${shape.join(", ")}]`);
}

/** Those of a known architecture. */
export function weightsOfDecoder({ params, sizes }: Decoder, name: string): NeuronWeights {
  return {
    name,
    width: sizes.width,
    vocabulary: sizes.vocabulary,
    head: headOf(params),
    norm: linearPart(params.norm),
    networks: params.blocks.map((block, layer) => networkOf(block, layer, sizes.hidden)),
  };
}

function headOf({ head, tokens }: Gpt<Tensor>): HeadWeights {
  return head === undefined ? { weight: tokens.weight, first: "tokens" } : { weight: head.weight, first: "width" };
}

function networkOf(block: Block<Tensor>, layer: number, neurons: number): FeedForwardWeights {
  const { feedForward, feedForwardNorm, feedForwardAfterNorm } = block;
  const gated = "gate" in feedForward;
  const matrices: Partial<Record<NeuronSide, Tensor>> = gated
    ? { up: feedForward.up.weight, gate: feedForward.gate.weight, down: feedForward.down.weight }
    : { up: feedForward[0].weight, down: feedForward[feedForward.length - 1].weight };
  const at = `block${layer}`;
  return {
    layer,
    neurons,
    sides: gated ? ["up", "gate", "down"] : ["up", "down"],
    rows: async (side) => {
      const matrix = matrices[side];
      if (matrix === undefined) throw noGate(layer);
      return side === "down" ? matrix : transposed(matrix);
    },
    read: linearPart(feedForwardNorm),
    ...(feedForwardAfterNorm && { written: linearPart(feedForwardAfterNorm) }),
    taps: {
      read: `${at}/read`,
      up: `${at}/up`,
      ...(gated && { gate: `${at}/gate` }),
      product: `${at}/mlp`,
      written: `${at}/down`,
    },
  };
}

export function noGate(layer: number): CajalError {
  return new CajalError("argument", `layer ${layer} has no gates`, { advice: 'Its sides are "up" and "down".' });
}

function linearPart(norm: Norm<Tensor>): NormWeights {
  return { scale: norm.scale, centred: "shift" in norm };
}
