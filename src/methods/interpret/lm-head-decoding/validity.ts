/** @file Whether what is decoded is what a clamp does: the decode of each side against the measured change of all probabilities. */

import { Rng, type Tensor } from "../../../graph/index.ts";
import { spearman, takeRows } from "../../../nn/index.ts";
import { type NeuronSide, type NeuronWeights, neuronWeights, type TextModel } from "../../../probe/index.ts";
import { networkOf } from "./clamp.ts";
import { type ClampEffectOptions, ClampRunner, calibrate, type Prompts } from "./clamp-effect.ts";
import type { NeuronAddress, NeuronTable } from "./decode.ts";
import { HeadReader, neuronDirections } from "./directions.ts";
import { tokenWords } from "./words.ts";

export interface Validity {
  /** Mean rank correlation of the decode with the measured change of ln p, over tokens. */
  readonly spearman: number;
  /** Share of clamps whose first decoded token is among the 10 most raised. */
  readonly top10: number;
  /** The same with the decode of another neuron, drawn at random. */
  readonly control: number;
  readonly controlSpearman: number;
}

export interface MeasureOptions extends Omit<ClampEffectOptions, "at"> {
  /** Neurons, equally many of each layer as far as they go, drawn at random. */
  readonly neurons: number;
  readonly prompts: Prompts;
  /** Of what is drawn. Default 0. */
  readonly seed?: number;
  /** Clamps are at ± so many times the neuron's own 99th percentile. Default 3. */
  readonly strength?: number;
  onProgress?(done: number, total: number): void;
}

/** What one clamp did. */
export interface MeasuredClamp extends NeuronAddress {
  readonly value: number;
  /** Whether the clamp raised (1) or lowered (−1) what the neuron writes, on average: the sign whose decode it is held against. */
  readonly sign: 1 | -1;
  readonly deltaLogProb: Float32Array;
}

/** How well one clamp's effect was told by the decode of a side, and of another neuron's. */
export interface ClampReading extends NeuronAddress {
  readonly side: NeuronSide;
  readonly spearman: number;
  readonly top10: boolean;
  readonly controlSpearman: number;
  readonly control: boolean;
}

/**
 * Validity of a model's decode, by sides.
 * @throws CajalError `argument` as `clampEffect`
 */
export async function clampValidity(
  model: TextModel,
  table: NeuronTable,
  options: MeasureOptions,
): Promise<Partial<Record<NeuronSide, Validity>>> {
  const weights = options.weights ?? (await neuronWeights(model));
  const measured = await measureClamps(model, { ...options, weights });
  const readings = await readClamps(model, measured, { ...options, weights });
  return Object.fromEntries(table.sides.map((side) => [side, validityOf(readings.filter((one) => one.side === side))]));
}

/** The effects of clamps of a sample of neurons, with both signs. */
export async function measureClamps(model: TextModel, options: MeasureOptions): Promise<MeasuredClamp[]> {
  const { prompts, seed = 0, strength = 3, signal, onProgress } = options;
  const weights = options.weights ?? (await neuronWeights(model));
  const sample = sampleOf(weights, options.neurons, new Rng(seed).split("sample"));
  const ranges = await calibrate(model, sample, prompts, options);
  const runner = new ClampRunner(model, weights, prompts, options);
  const measured: MeasuredClamp[] = [];
  try {
    for (const [i, neuron] of sample.entries()) {
      signal?.throwIfAborted();
      for (const direction of [1, -1]) {
        const value = direction * strength * ranges[i].up99;
        const { deltaLogProb, deltaProduct } = await runner.effect(neuron, value, ranges[i]);
        measured.push({ ...neuron, value, sign: deltaProduct < 0 ? -1 : 1, deltaLogProb });
      }
      onProgress?.(i + 1, sample.length);
    }
  } finally {
    await runner.release();
  }
  return measured;
}

/** So many of the most raised tokens are looked at. */
const raised = 10;

/**
 * The decode of each side held against what was measured.
 * @param options.weights what is decoded with: the model's own, or a control's
 */
export async function readClamps(
  model: TextModel,
  measured: readonly MeasuredClamp[],
  { weights: given, seed = 0, compile }: Pick<MeasureOptions, "weights" | "seed" | "compile">,
): Promise<ClampReading[]> {
  const weights = given ?? (await neuronWeights(model));
  const reader = new HeadReader(weights, tokenWords(model, weights.vocabulary), compile && { compile });
  const rng = new Rng(seed).split("controls");
  const readings: ClampReading[] = [];
  try {
    for (const network of weights.networks) {
      const own = measured.filter((clamp) => networkOf(weights, clamp) === network);
      if (own.length === 0) continue;
      const others = own.map(({ index }) => (index + rng.int(1, network.neurons)) % network.neurons);
      for (const side of network.sides) {
        const rows = await neuronDirections(weights, network, side);
        const logitsOf = (indices: readonly number[]) => reader.logits(takeRows(rows, indices));
        const [logits, controls] = [await logitsOf(own.map(({ index }) => index)), await logitsOf(others)];
        for (const [i, { layer, index, expert, sign, deltaLogProb }] of own.entries()) {
          const most = new Set(largest(deltaLogProb, raised));
          const signed = (all: Tensor) => Float32Array.from(rowOf(all, i), (v) => sign * v);
          const [decoded, control] = [signed(logits), signed(controls)];
          readings.push({
            layer,
            index,
            ...(expert !== undefined && { expert }),
            side,
            spearman: spearman(decoded, deltaLogProb),
            top10: most.has(largest(decoded, 1)[0]),
            controlSpearman: spearman(control, deltaLogProb),
            control: most.has(largest(control, 1)[0]),
          });
        }
      }
    }
  } finally {
    await reader.release();
  }
  return readings;
}

/** Means over readings. */
export function validityOf(readings: readonly ClampReading[]): Validity {
  const mean = (of: (reading: ClampReading) => number) =>
    readings.reduce((sum, reading) => sum + of(reading), 0) / readings.length;
  return {
    spearman: mean((one) => one.spearman),
    top10: mean((one) => Number(one.top10)),
    control: mean((one) => Number(one.control)),
    controlSpearman: mean((one) => one.controlSpearman),
  };
}

function sampleOf({ networks }: NeuronWeights, count: number, rng: Rng): NeuronAddress[] {
  const sample: NeuronAddress[] = [];
  for (const [i, { layer, expert, neurons }] of networks.entries()) {
    const share = Math.min(
      neurons,
      Math.floor(((i + 1) * count) / networks.length) - Math.floor((i * count) / networks.length),
    );
    const order = rng.split(i).permutation(neurons).subarray(0, share);
    for (const index of order) sample.push({ layer, index, ...(expert !== undefined && { expert }) });
  }
  return sample;
}

function rowOf(all: Tensor, row: number): Float32Array {
  const width = all.shape[1];
  return all.data.subarray(row * width, (row + 1) * width) as Float32Array;
}

/** The places of the largest. */
export function largest(values: Float32Array, count: number): number[] {
  return Array.from(values.keys())
    .sort((i, j) => values[j] - values[i])
    .slice(0, count);
}
