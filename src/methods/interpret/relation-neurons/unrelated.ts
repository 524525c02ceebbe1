/** @file What switching neurons off does to text that has nothing to do with the relations. */

import { perplexity } from "../../../nn/index.ts";
import type { TextInput, TextModel } from "../../../probe/index.ts";
import { answersOf, type RunOptions } from "./answers.ts";

/** Perplexity of texts, each token given those before it. @throws CajalError `argument` for a text that is too short or too long */
export async function textPerplexity(
  model: TextModel,
  texts: readonly TextInput[],
  options: RunOptions = {},
): Promise<number> {
  const questions = texts.map((text) => {
    const tokens = model.tokensOf(text);
    return { prompt: tokens.slice(0, 1), object: tokens.slice(1) };
  });
  const answers = await answersOf(model, questions, options);
  const count = questions.reduce((sum, { object }) => sum + object.length, 0);
  return perplexity(answers.reduce((sum, { nll }) => sum + nll, 0) / count);
}
