/** @file The feed-forward layers of a model: where their neurons are seen, and the weights that they read and write with. */

import type { Tensor } from "../../../graph/index.ts";
import { type FeedForwardWeights, neuronWeights, type TextModel } from "../../../probe/index.ts";

/** One feed-forward layer: Σ_i a_i·o_i, neuron i's activation times its output column. */
export interface FeedForward {
  /** The tap of the activations a, and so the first part of a neuron's address: "block0/mlp". */
  readonly name: string;
  /** The tap of x, what all neurons read. */
  readonly read: string;
  /** The tap of the layer's output. */
  readonly written: string;
  readonly neurons: number;
  /** Of x and of the output. */
  readonly width: number;
  /** Matrices of the layer: 3 with a gate, else 2. */
  readonly matrices: number;
  readonly weights: FeedForwardWeights;
}

/**
 * The feed-forward layers in the order of computing; of a mixture, each expert is one.
 * @throws CajalError `argument` when none is recognised, with the matrices that the model has
 */
export async function findFeedForward(model: TextModel): Promise<FeedForward[]> {
  const { networks, width } = await neuronWeights(model);
  return networks.map((weights) => ({
    name: weights.taps.product,
    read: weights.taps.read,
    written: weights.taps.written,
    neurons: weights.neurons,
    width,
    matrices: weights.sides.length,
    weights,
  }));
}

/** ‖o_i‖ of each neuron. */
export async function outputNorms(layer: FeedForward): Promise<Float32Array> {
  return rowNorms(await layer.weights.rows("down"));
}

/** The rows that decide whether a neuron is active, of length one: those of the gate, where there is one. [neurons, width] */
export async function inputDirections(layer: FeedForward): Promise<Float64Array> {
  const rows = await layer.weights.rows(layer.weights.sides.includes("gate") ? "gate" : "up");
  const norms = rowNorms(rows);
  return rows.numbers().map((v, i) => v / (norms[Math.floor(i / layer.width)] || 1));
}

function rowNorms(rows: Tensor): Float32Array {
  const [count, width] = rows.shape;
  const data = rows.numbers();
  return Float32Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let j = i * width; j < (i + 1) * width; j++) sum += data[j] ** 2;
    return Math.sqrt(sum);
  });
}
