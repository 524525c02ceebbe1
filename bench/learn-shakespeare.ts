/** @file Tiny Shakespeare, character by character: a small GPT and an LSTM. */

import { charactersOf } from "cajal/data";
import { compile, type Replace, Rng, Tensor, type Value } from "cajal/graph";
import {
  adamw,
  type Batches,
  chain,
  clipByGlobalNorm,
  crossEntropy,
  type Embedding,
  embedding,
  fit,
  type Gpt,
  gpt,
  init,
  type Linear,
  type Lstm,
  linear,
  lstm,
  onlyMatrices,
  schedule,
  takeRows,
  type Windows,
  windows,
} from "cajal/nn";
import { openText } from "cajal/node";
import { stopwatch, teller } from "./learn-report.ts";

const seed = 1;
/** Of the text; the rest is for validation. */
const learned = 0.9;

interface Model<P> {
  readonly params: P;
  readonly steps: number;
  readonly rate: number;
  /** Of a batch of windows. */
  readonly size: number;
  readonly length: number;
  logits(params: P | Replace<P, Value>, inputs: Value): Value;
}

export async function learnShakespeare(network: "gpt" | "lstm", say: (line: string) => void) {
  const text = await openText("tinyshakespeare");
  const characters = charactersOf(text);
  const numbers = characters.encode(text);
  const border = Math.floor(learned * numbers.size);
  const train = part(numbers, 0, border);
  const validation = part(numbers, border, numbers.size);
  const rng = new Rng(seed);
  const entropy = characterEntropies(train);
  say(`guessing by frequency: ${entropy.single.toFixed(3)}, by the character before: ${entropy.pair.toFixed(3)} nats`);
  const learn = { train, validation, rng, say };
  const result =
    network === "gpt"
      ? await learnModel(gptModel(rng.split("weights"), characters.size), learn)
      : await learnModel(lstmModel(rng.split("weights"), characters.size), learn);
  say(
    `validation: ${result.nats.toFixed(4)} nats per character after ${result.seconds} s (${result.processorSeconds} s of processor)`,
  );
  return { network, ...result, frequencyNats: entropy.single, pairNats: entropy.pair };
}

function gptModel(rng: Rng, vocabulary: number): Model<Gpt<Tensor>> {
  const heads = 4;
  const length = 64;
  return {
    params: init.gpt(rng, { vocabulary, width: 128, layers: 4, heads, context: length }),
    steps: 3000,
    rate: 3e-3,
    size: 16,
    length,
    logits: (p, inputs) => gpt(p, inputs, { heads }),
  };
}

interface LstmModel<T> {
  readonly characters: Embedding<T>;
  readonly lstm: Lstm<T>;
  readonly head: Linear<T>;
}

function lstmModel(rng: Rng, vocabulary: number): Model<LstmModel<Tensor>> {
  return {
    params: {
      characters: init.embedding(rng.split("characters"), vocabulary, 64),
      lstm: init.lstm(rng.split("lstm"), 64, 256),
      head: init.linear(rng.split("head"), 256, vocabulary),
    },
    steps: 1000,
    rate: 4e-3,
    size: 32,
    length: 64,
    logits: (p, inputs) => linear(p.head, lstm(p.lstm, embedding(p.characters, inputs)).y),
  };
}

interface Task {
  readonly train: Tensor;
  readonly validation: Tensor;
  readonly rng: Rng;
  readonly say: (line: string) => void;
}

async function learnModel<P>(
  { params, steps, rate, size, length, logits }: Model<P>,
  { train, validation, rng, say }: Task,
) {
  const elapsed = stopwatch();
  const loss = compile((p: Replace<P, Value>, { inputs, targets }: Replace<Windows, Value>) =>
    crossEntropy(logits(p, inputs), targets),
  ) as unknown as (p: P, batch: Windows) => Promise<Tensor>;
  /** Mean over the text in windows one behind the other, or over some of them. */
  const nats = async (p: P, most = Number.POSITIVE_INFINITY) => {
    const all = inOrder(validation, length, 64);
    const count = Math.min(most, all.count);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (await loss(p, await all.batch(i))).item();
    return sum / count;
  };
  const result = await fit({
    params,
    loss: (p, { inputs, targets }) => crossEntropy(logits(p, inputs), targets),
    data: windows(train, { length, size, rng: rng.split("data") }),
    optimiser: chain(
      clipByGlobalNorm(1),
      adamw(schedule.warmupCosine(rate, { warmup: 100, total: steps, final: rate / 20 }), {
        beta2: 0.99,
        weightDecay: 0.1,
        mask: onlyMatrices,
      }),
    ),
    steps,
    evaluate: async (p) => ({ "validation nats": await nats(p, 5) }),
    evaluateEvery: 500,
    onStep: teller(say, 100),
  });
  const time = elapsed();
  return { steps, ...time, nats: await nats(result.params) };
}

function part(sequence: Tensor, from: number, to: number): Tensor {
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  return takeRows(sequence, rows);
}

/** All of a text in windows one behind the other. */
function inOrder(sequence: Tensor, length: number, size: number): Batches<Windows> & { readonly count: number } {
  const perBatch = length * size;
  return {
    count: Math.floor((sequence.size - 1) / perBatch),
    batch: (i) => {
      const from = (offset: number) => {
        const { dtype, data } = part(sequence, i * perBatch + offset, (i + 1) * perBatch + offset);
        return new Tensor(dtype, [size, length], data);
      };
      return { inputs: from(0), targets: from(1) };
    },
  };
}

/** In nats per character: H(c), and H(c | the one before). */
function characterEntropies(sequence: Tensor): { single: number; pair: number } {
  const numbers = sequence.numbers();
  const entropy = (keyAt: (i: number) => number) => {
    const counts = new Map<number, number>();
    for (let i = 1; i < numbers.length; i++) counts.set(keyAt(i), (counts.get(keyAt(i)) ?? 0) + 1);
    const total = numbers.length - 1;
    return [...counts.values()].reduce((sum, n) => sum - (n / total) * Math.log(n / total), 0);
  };
  const single = entropy((i) => numbers[i]);
  const before = entropy((i) => numbers[i - 1]);
  return { single, pair: entropy((i) => numbers[i - 1] * 65_536 + numbers[i]) - before };
}
