/** @file A model on many texts, batch by batch. */

import { type CompileOptions, compile, Tensor, type Value } from "../../../graph/index.ts";
import { batchFeeds, byLength, type TextModel, type Weights } from "../../../probe/index.ts";

/** Tokens of one text. */
export type Tokens = readonly number[];

/** How a model is run. */
export interface PassOptions {
  readonly compile?: CompileOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Texts at once. Default 32. */
  readonly batch?: number;
}

/** What a traced pass is given. */
export interface PassFeeds<T> {
  readonly weights: Weights<T>;
  /** [batch, steps], int64. */
  readonly tokens: T;
  /** [batch, steps], int64: 1 where a token is one of the text. */
  readonly present: T;
  /** [batch, steps], float32: 1 at the tokens that are the text's own, 0 at marks such as <s> and where there is none. */
  readonly own: T;
}

/**
 * Runs a traced function on all texts.
 * @param take gets the results of a batch, and which texts its first rows are
 * @throws CajalError `argument` for an empty text or one that is too long; the signal's reason
 */
export async function onTexts<R>(
  model: TextModel,
  texts: readonly Tokens[],
  trace: (feeds: PassFeeds<Value>) => { readonly [name: string]: Value },
  take: (results: { readonly [name: string]: Tensor }, rows: readonly number[], steps: number) => R,
  { compile: compileOptions, signal, onProgress, batch = 32 }: PassOptions = {},
): Promise<void> {
  const run = compile(trace, compileOptions);
  let done = 0;
  try {
    for (const [steps, members] of byLength(model, texts)) {
      const size = model.fixed.batch ?? Math.min(batch, members.length);
      for (let start = 0; start < members.length; start += size) {
        signal?.throwIfAborted();
        const rows = members.slice(start, start + size);
        const [tokens, present] = batchFeeds(texts, rows, size, steps);
        const own = ownTokens(model, texts, rows, size, steps);
        take(await run({ weights: model.weights, tokens, present, own }), rows, steps);
        done += rows.length;
        onProgress?.(done, texts.length);
      }
    }
  } finally {
    await run.release();
  }
}

function ownTokens(model: TextModel, texts: readonly Tokens[], rows: readonly number[], size: number, steps: number) {
  const own = new Float32Array(size * steps);
  for (const [row, index] of rows.entries()) {
    const text = texts[index];
    const marked = model.begin.length < text.length && model.begin.every((token, i) => token === text[i]);
    own.fill(1, row * steps + (marked ? model.begin.length : 0), row * steps + text.length);
  }
  return new Tensor("float32", [size, steps], own);
}
