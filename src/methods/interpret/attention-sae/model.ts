/** @file What this method asks of a language model: its logits, on tokens that fill whole rows. */

import { CajalError, type Tensor, Value } from "../../../graph/index.ts";
import type { LanguageModel, Weights } from "../../../probe/index.ts";

/** Tokens of texts. */
export type Texts = readonly (readonly number[])[];

/** What a traced run of a model is given: weights as inputs, so that they are no part of each graph. */
export type Feeds = readonly [weights: Weights<Value>, tokens: Value, present: Value];

/** What the model returns, within a traced function. */
export function applied(model: LanguageModel, [weights, tokens, present]: Feeds): unknown {
  return model.apply(tokens, present, Object.keys(weights).length === 0 ? undefined : weights);
}

export function weightsOf(model: LanguageModel): Weights<Tensor> {
  return model.weights ?? {};
}

/**
 * The logits [batch, steps, vocabulary] among what a model returns.
 * @throws CajalError `shape` when there are none
 */
export function logitsAmong(result: unknown, name: string): Value {
  if (result instanceof Value) return result;
  if (typeof result === "object" && result !== null) {
    const entries = Object.entries(result).filter((entry): entry is [string, Value] => entry[1] instanceof Value);
    const named = entries.find(([key]) => /logits/i.test(key)) ?? entries.find(([, { rank }]) => rank === 3);
    if (named !== undefined) return named[1].cast("float32");
  }
  throw new CajalError("shape", `${name} gives no logits of the next token`, {
    advice: 'Export it with its language-model head: an output "logits" [batch, steps, vocabulary].',
  });
}

/** How many tokens at the beginning of a text are marks such as <s>, and none of the text itself. */
export function marksOf(model: LanguageModel, text: readonly number[]): number {
  const begin = model.begin ?? [];
  return begin.length > 0 && begin.every((token, i) => token === text[i]) ? begin.length : 0;
}
