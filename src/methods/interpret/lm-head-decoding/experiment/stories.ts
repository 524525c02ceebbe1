/** @file The pretrained model: all its neurons decoded, a sample of them clamped, and controls. */

import { type Rng, Tensor } from "../../../../graph/index.ts";
import { type NeuronSide, type NeuronWeights, neuronWeights, type TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { decodeTable, type NeuronTable } from "../decode.ts";
import { type ClampReading, measureClamps, readClamps } from "../validity.ts";
import type { Options } from "./options.ts";

export interface StoriesStudy {
  readonly table: NeuronTable;
  readonly readings: readonly ClampReading[];
  /** With the rows of the head in random order. */
  readonly shuffled: readonly ClampReading[];
  readonly prompts: readonly (readonly number[])[];
}

/** Layers in which what a neuron writes goes to the head without many others reading it before: the last three of five. */
export const lateLayers = 2;

export async function studyStories(run: Run, model: TextModel, options: Options): Promise<StoriesStudy> {
  const weights = await neuronWeights(model);
  const prompts = await tellStories(run, model, options);
  const table = await decodeTable(model, { weights, compile: run.compile, signal: run.signal });
  const measured = await run.part("clamps", () =>
    measureClamps(model, {
      ...{ weights, prompts, neurons: options.neurons, strength: options.strength, seed: run.seed },
      ...{ compile: run.compile, signal: run.signal },
      onProgress: (done, total) => run.progress("clamps", done, total, "neurons"),
    }),
  );
  const read = (from: NeuronWeights) =>
    readClamps(model, measured, { weights: from, seed: run.seed, compile: run.compile });
  const shuffled = shuffledHead(weights, run.rng.split("shuffled head"));
  return { table, readings: await read(weights), shuffled: await read(shuffled), prompts };
}

/** Texts that the model tells from nothing, at temperature 1. */
function tellStories(run: Run, model: TextModel, { stories, storyTokens }: Options): Promise<number[][]> {
  return run.part("stories", async ({ rng }) => {
    const told: number[][] = [];
    for (let i = 0; i < stories; i++) {
      const text = [...model.begin];
      // A story that ends early is followed by another, as in training.
      const writing = {
        tokens: storyTokens - text.length,
        temperature: 1,
        end: [],
        rng: rng.split(i),
        signal: run.signal,
      };
      for await (const { token } of model.generate(text.slice(), writing)) text.push(token);
      told.push(text);
      run.progress("stories", i + 1, stories, "stories");
    }
    return told;
  });
}

/** The head with its rows in random order: each token gets another's. */
export function shuffledHead(weights: NeuronWeights, rng: Rng): NeuronWeights {
  const { head, vocabulary, width } = weights;
  const order = rng.permutation(vocabulary);
  const from = head.weight.data as Float32Array;
  const data = new Float32Array(from.length);
  for (let token = 0; token < vocabulary; token++)
    for (let i = 0; i < width; i++) {
      const place = (row: number) => (head.first === "tokens" ? row * width + i : i * vocabulary + row);
      data[place(token)] = from[place(order[token])];
    }
  return { ...weights, head: { ...head, weight: new Tensor("float32", head.weight.shape, data) } };
}

export function ofSide(readings: readonly ClampReading[], side: NeuronSide, from = 0): ClampReading[] {
  return readings.filter((one) => one.side === side && one.layer >= from);
}
