/** @file A small Llama that learns sentences by heart. */

import { Tensor, type Value } from "../../../../graph/index.ts";
import {
  adamw,
  batches,
  crossEntropies,
  fit,
  type Gpt,
  gpt,
  init,
  onlyMatrices,
  schedule,
} from "../../../../nn/index.ts";
import { type Decoder, DecoderNetwork, encodeText, TextModel, type Tokenizer } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";

const sizes = { width: 96, layers: 3, heads: 4, keyValueHeads: 4, headWidth: 24, hidden: 256, context: 64 };
const options = { heads: sizes.heads, rotary: {} };
const [size, rate, weightDecay] = [64, 3e-3, 0.1];

/** Trained in a part of the run: each sentence by itself, from its beginning on. @param epochs of all sentences */
export async function trainFactModel(
  run: Run,
  name: string,
  tokenizer: Tokenizer,
  sentences: readonly string[],
  epochs: number,
): Promise<TextModel> {
  const params = await run.part(name, async (part) => {
    const rows = paddedRows(tokenizer, sentences);
    const data = batches(rows, { size: Math.min(size, sentences.length), rng: part.rng.split("batches") });
    const steps = Math.max(1, Math.round(epochs * data.perEpoch));
    const warmup = Math.min(50, Math.ceil(steps / 10));
    const initial = init.gpt(part.rng.split("weights"), {
      ...{ vocabulary: tokenizer.size, width: sizes.width, layers: sizes.layers, heads: sizes.heads },
      ...{ hidden: sizes.hidden, norm: "rms", feedForward: "gated", bias: false },
    });
    const trained = await fit<Gpt<Tensor>, Rows, Record<string, never>>({
      params: initial,
      loss: (p: Gpt<Value>, { inputs, targets, counted }: Rows<Value>) =>
        crossEntropies(gpt(p, inputs, options), targets)
          .mul(counted)
          .sum()
          .div(counted.sum()),
      data,
      optimiser: adamw(schedule.warmupCosine(rate, { warmup, total: steps }), {
        beta2: 0.99,
        weightDecay,
        mask: onlyMatrices,
      }),
      steps,
      checkpoint: part.checkpoint,
      checkpointEvery: 300,
      signal: run.signal,
      compile: run.compile,
      onStep: ({ step, loss }) => {
        run.progress(name, step, steps, "steps");
        if (step % 20 === 0) run.metric(`loss: ${name}`, loss, { step, unit: "nats" });
      },
    });
    return trained.params;
  });
  const decoder: Decoder = { architecture: "llama", sizes: { ...sizes, vocabulary: tokenizer.size }, params, options };
  return new TextModel(new DecoderNetwork(decoder), { name: "the model of facts", tokenizer, compile: run.compile });
}

interface Rows<T = Tensor> {
  readonly inputs: T;
  readonly targets: T;
  /** 1 where a target counts, 0 behind the sentence. */
  readonly counted: T;
}

/** All sentences with their ends: [sentences, steps] each. */
function paddedRows(tokenizer: Tokenizer, sentences: readonly string[]): Rows {
  const end = tokenizer.end?.[0] ?? 0;
  const all = sentences.map((sentence) => [...encodeText(tokenizer, sentence), end]);
  const steps = all.reduce((most, { length }) => Math.max(most, length - 1), 0);
  const tensor = (dtype: "int32" | "float32", value: (row: readonly number[], step: number) => number) =>
    Tensor.of(
      all.flatMap((row) => Array.from({ length: steps }, (_, step) => value(row, step))),
      [all.length, steps],
      dtype,
    );
  return {
    inputs: tensor("int32", (row, step) => row[step] ?? end),
    targets: tensor("int32", (row, step) => row[step + 1] ?? end),
    counted: tensor("float32", (row, step) => Number(step + 1 < row.length)),
  };
}
