/** @file A model on many texts, batch by batch. */

import { type CompileOptions, compile, type Tensor, type Value } from "../../../graph/index.ts";
import { ownTokens, type TextBatchOptions, type TextModel, textBatches, type Weights } from "../../../probe/index.ts";

/** Tokens of one text. */
export type Tokens = readonly number[];

/** How a model is run. */
export interface PassOptions extends TextBatchOptions {
  readonly compile?: CompileOptions;
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
  options: PassOptions = {},
): Promise<void> {
  const run = compile(trace, options.compile);
  try {
    for (const part of textBatches(model, texts, options)) {
      const { rows, steps, tokens, present } = part;
      const own = ownTokens(model, texts, part);
      take(await run({ weights: model.weights, tokens, present, own }), rows, steps);
    }
  } finally {
    await run.release();
  }
}
