/** @file A neuron whose meaning is known, since it was put there: it must be found by its word, and do what its word says when it is clamped. */

import { collect, compile, Tensor, type Value } from "../../../../graph/index.ts";
import { type Block, normalise } from "../../../../nn/index.ts";
import { type Decoder, DecoderNetwork, type NeuronSide, neuronWeights, TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { clampNeuron } from "../clamp.ts";
import { calibrate, type Prompts } from "../clamp-effect.ts";
import { decodeTable } from "../decode.ts";
import { centredRow, meanRow } from "../directions.ts";
import { findNeurons } from "../find.ts";
import { tokensOfWord, tokenWords } from "../words.ts";
import type { Options } from "./options.ts";
import { shuffledHead } from "./stories.ts";

export interface PlantedStudy {
  readonly word: string;
  /** Place among all neurons by its word, 1 being the first; as many as there are where it is not among those with the word. */
  readonly ranks: Readonly<Record<"up" | "down", number>>;
  readonly shuffledRanks: Readonly<Record<"up" | "down", number>>;
  /** Share of positions at which the word has p ≥ 0.9 when the neuron is held high. */
  readonly sure: number;
  /** Mean p of the word: as the model is, held high, held low. */
  readonly base: number;
  readonly high: number;
  readonly low: number;
}

/** The third layer; which of its neurons does not matter. */
const place = { layer: 2, index: 7 };

/** What the gate reads on average: wide open. */
const open = 4;

/** Of the token's row of the head. */
const written = 4;

/** Its row is short, so that by itself it hardly says its word. */
const quiet = 0.01;

/** Neurons of the layer whose range is that of the clamp, and how far beyond it goes. */
const [neighbours, strength] = [20, 3];

export function studyPlanted(run: Run, model: TextModel, prompts: Prompts, options: Options): Promise<PlantedStudy> {
  return run.part("planted neuron", async () => {
    const { token, word } = wordFor(model, options.plantedWord);
    const planted = await plant(model, token, prompts);
    const weights = await neuronWeights(planted);
    const rankWith = async (from: typeof weights) => {
      const table = await decodeTable(planted, { weights: from, topK: 10, compile: run.compile });
      const rank = (side: NeuronSide) => {
        const found = findNeurons(table, word, { side, limit: Number.POSITIVE_INFINITY });
        const at = found.findIndex(({ layer, index }) => layer === place.layer && index === place.index);
        return at < 0 ? table.neurons.length : at + 1;
      };
      return { up: rank("up"), down: rank("down") };
    };
    const probabilities = async (of: TextModel) => {
      const all: number[] = [];
      for (const prompt of prompts) {
        const logits = await of.logits(prompt);
        all.push(...softmaxOf(logits, token).slice(model.begin.length));
      }
      await of.release();
      return all;
    };
    const others = Array.from({ length: neighbours }, (_, i) => ({ layer: place.layer, index: place.index + 1 + i }));
    const ranges = await calibrate(model, others, prompts, { compile: run.compile });
    const held = strength * mean(ranges.map(({ up99 }) => up99));
    const base = await probabilities(planted);
    const high = await probabilities(await clampNeuron(planted, place, held, { weights }));
    const low = await probabilities(await clampNeuron(planted, place, -held, { weights }));
    return {
      word,
      ranks: await rankWith(weights),
      shuffledRanks: await rankWith(shuffledHead(weights, run.rng.split("shuffled head of the planted"))),
      sure: high.filter((p) => p >= 0.9).length / high.length,
      base: mean(base),
      high: mean(high),
      low: mean(low),
    };
  });
}

/** The wanted word, or the most frequent token that is a whole word. */
function wordFor(model: TextModel, wanted: string): { token: number; word: string } {
  const vocabulary = (model.network.decoder as Decoder).sizes.vocabulary;
  const words = tokenWords(model, vocabulary);
  const whole = Array.from({ length: vocabulary }, (_, token) => token).filter((token) =>
    /^ [a-z]{3,}$/.test(words.text(token)),
  );
  const token =
    whole.find((one) => words.word(one) === wanted) ?? whole.find((one) => words.word(one).length > 5) ?? whole[0];
  const word = words.word(token);
  return { token: tokensOfWord(model, word, vocabulary).includes(token) ? token : whole[0], word };
}

/** The copy with the neuron in it. */
async function plant(model: TextModel, token: number, prompts: Prompts): Promise<TextModel> {
  const decoder = model.network.decoder as Decoder;
  const weights = await neuronWeights(model);
  const { width } = weights;
  const row = centredRow(weights, token, meanRow(weights));
  const length = Math.hypot(...row);
  const [finalScale, scale] = [weights.norm.scale, weights.networks[place.layer].read.scale].map((t) => t?.numbers());
  // Behind both gains it is the token's row.
  const up = row.map((v, i) => (quiet * v) / length / ((finalScale?.[i] ?? 1) * (scale?.[i] ?? 1)));
  const read = await meanRead(model, decoder.params.blocks[place.layer], prompts);
  const squares = read.reduce((sum, v) => sum + v * v, 0);
  const gate = read.map((v) => (open * v) / squares);
  const down = row.map((v) => written * v);
  const blocks = decoder.params.blocks.map((block, layer) =>
    layer === place.layer ? withNeuron(block, { up, gate, down }, width) : block,
  );
  const copy = { ...decoder, params: { ...decoder.params, blocks } };
  return new TextModel(new DecoderNetwork(copy), {
    name: "the planted copy",
    ...(model.tokenizer && { tokenizer: model.tokenizer }),
  });
}

function withNeuron(
  block: Block<Tensor>,
  neuron: Readonly<Record<NeuronSide, Float64Array>>,
  width: number,
): Block<Tensor> {
  const { feedForward } = block;
  if (!("gate" in feedForward)) return block;
  const replaced = (side: NeuronSide): Tensor => {
    const { shape, data } = feedForward[side].weight;
    const copy = Float32Array.from(data as Float32Array);
    const neurons = side === "down" ? shape[0] : shape[1];
    for (let i = 0; i < width; i++)
      copy[side === "down" ? place.index * width + i : i * neurons + place.index] = neuron[side][i];
    return new Tensor("float32", shape, copy);
  };
  const layer = (side: NeuronSide) => ({ ...feedForward[side], weight: replaced(side) });
  return { ...block, feedForward: { up: layer("up"), gate: layer("gate"), down: layer("down") } };
}

/** What the network reads on average, behind its norm: [width]. */
async function meanRead(model: TextModel, block: Block<Tensor>, prompts: Prompts): Promise<Float64Array> {
  const name = `block${place.layer}/middle`;
  const run = compile((weights: Record<string, Value>, tokens: Value) => {
    const { taps } = collect(
      (t: Value) => model.apply(t, t, weights),
      (tap) => tap === name,
    )(tokens);
    return normalise(block.feedForwardNorm, taps[name]).mean([0, 1]);
  });
  const tokens = Tensor.of(prompts.flat(), [prompts.length, prompts[0].length], "int64");
  const means = await run(model.weights, tokens);
  await run.release();
  return means.numbers();
}

/** p of a token at each position, from logits [positions, vocabulary]. */
function softmaxOf(logits: Tensor, token: number): number[] {
  const [positions, vocabulary] = logits.shape;
  const data = logits.data as Float32Array;
  return Array.from({ length: positions }, (_, position) => {
    const row = data.subarray(position * vocabulary, (position + 1) * vocabulary);
    const largest = row.reduce((a, b) => Math.max(a, b));
    return Math.exp(row[token] - largest) / row.reduce((sum, v) => sum + Math.exp(v - largest), 0);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
