/** @file Texts that a model tells: many at once, token by token with their keys and values kept. */

import { CajalError, type CompileOptions, compile, type Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { extendGptCache, type Gpt, type GptCache, gptStep, init } from "../../../../nn/index.ts";
import type { TextModel } from "../../../../probe/index.ts";

export interface SampleOptions {
  readonly texts: number;
  /** Tokens of each, marks counted. */
  readonly length: number;
  /** Texts at once. Default 64. */
  readonly batch?: number;
  readonly rng: Rng;
  readonly compile?: CompileOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Texts of so many tokens, each drawn from the model's own probabilities, beginning with its mark. A text that ends goes on with the next one.
 * @throws CajalError `argument` for models other than decoders of safetensors or llama2.c
 */
export async function sampleTexts(
  model: TextModel,
  { texts, length, batch = 64, rng, compile: settings, signal, onProgress }: SampleOptions,
): Promise<number[][]> {
  const { decoder } = model.network;
  if (decoder === undefined) throw new CajalError("argument", `${model.name}: texts are drawn from decoders alone`);
  const { params, options, sizes } = decoder;
  const step = compile(
    (p: Gpt<Value>, cache: GptCache<Value>, tokens: Value) => gptStep(p, cache, tokens, options),
    settings,
  );
  const room = (capacity: number) => init.gptCache(params, { heads: sizes.heads, batch, capacity });
  const all: number[][] = [];
  const [mark = 0] = model.begin;
  try {
    for (let first = 0; first < texts; first += batch) {
      const draw = rng.split(first);
      const rows: number[][] = Array.from({ length: batch }, () => [mark]);
      let capacity = Math.min(length, leastRoom);
      let cache = room(capacity);
      for (let t = 0; t + 1 < length; t++) {
        signal?.throwIfAborted();
        if (t === capacity) {
          capacity = Math.min(length, 2 * capacity);
          cache = extendGptCache(room(capacity), cache.blocks, t);
        }
        const last = rows.map((row) => row[t]);
        const { logits, fresh } = await step(params, cache, Tensor.of(last, [batch, 1], "int64"));
        cache = extendGptCache(cache, fresh);
        const data = logits.data as Float32Array;
        for (const [i, row] of rows.entries())
          row.push(drawn(data.subarray(i * sizes.vocabulary, (i + 1) * sizes.vocabulary), draw));
      }
      all.push(...rows);
      onProgress?.(Math.min(texts, first + batch), texts);
    }
  } finally {
    await step.release();
  }
  return all.slice(0, texts);
}

/** Steps that a cache first has room for; it grows by doubling, since all of it goes in at each step. */
const leastRoom = 16;

function drawn(logits: Float32Array, rng: Rng): number {
  const top = logits.reduce((a, b) => Math.max(a, b));
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - top);
  let left = rng.random() * total;
  for (const [token, logit] of logits.entries()) {
    left -= Math.exp(logit - top);
    if (left <= 0) return token;
  }
  return logits.length - 1;
}
