/** @file How well a network predicts the next word. */

import { type CompileOptions, compile, type Tensor, type Value } from "../../../graph/index.ts";
import { crossEntropies, takeRows } from "../../../nn/index.ts";
import { checkLength, type TaggedText } from "../tagged-text.ts";
import type { NextWordNetwork, NextWordParams } from "./network.ts";
import type { NextWordModel } from "./next-word-model.ts";
import { type NextWordWindows, windowsOf } from "./windows.ts";

export interface Prediction {
  /** Mean −log p of the next word, in nats. */
  readonly loss: number;
  /** The share of words that were thought the likeliest. */
  readonly accuracy: number;
}

/** The model on every word of a text. @throws CajalError `argument` when the text is shorter than a context with the next word */
export async function evaluateNextWord(
  model: NextWordModel,
  text: TaggedText,
  options?: CompileOptions,
): Promise<Prediction> {
  const { context } = model.network;
  checkLength(text, context);
  const judge = judgeOf(model.network, windowsOf(model.vocabulary.encode(text.words), context), options);
  try {
    return await judge.predict(model.params);
  } finally {
    await judge.release();
  }
}

export interface Judge {
  predict(params: NextWordParams<Tensor>): Promise<Prediction>;
  release(): Promise<void>;
}

const batch = 512;

/** The same windows for many parameters of a network. */
export function judgeOf(
  network: NextWordNetwork,
  { contexts, next }: NextWordWindows,
  options?: CompileOptions,
): Judge {
  const total = next.size;
  const size = Math.min(batch, total);
  const run = compile((p: NextWordParams<Value>, tokens: Value, wanted: Value) => {
    const logits = network.apply(p, tokens);
    const answers = logits.op("ArgMax", [], { axis: -1, keepdims: 0 });
    return { losses: crossEntropies(logits, wanted), right: answers.equal(wanted.cast("int64")).cast("float32") };
  }, options);
  return {
    async predict(params) {
      let [loss, accuracy] = [0, 0];
      for (let start = 0; start < total; start += size) {
        // The last batch is filled with the last window.
        const rows = Array.from({ length: size }, (_, i) => Math.min(start + i, total - 1));
        const result = await run(params, takeRows(contexts, rows), takeRows(next, rows));
        const [losses, right] = [result.losses.numbers(), result.right.numbers()];
        for (let i = 0; i < Math.min(size, total - start); i++) {
          loss += losses[i] / total;
          accuracy += right[i] / total;
        }
      }
      return { loss, accuracy };
    },
    release: () => run.release(),
  };
}
