/** @file The small Llama of the set "stories260K", ready to be looked into. */

import { type Llama, openLlama2c } from "../probe/index.ts";
import type { DataSource } from "./source.ts";
import { beginOfText, readLlama2cTokenizer, type Tokenizer } from "./tokenizers/llama2c-tokenizer.ts";

/** What is written without a space before it: closing marks, and what English takes off words ("n't", "'s"). */
const attached = /^(?:[.,;:!?%)\]}”’]|'|n't$)/i;

/**
 * The model with its tokenizer. Words get a space before them, unless they are marks that close or parts of a word ("n't", "'s").
 * @throws CajalError `bad-file`, or as the source
 */
export async function loadStories260K(source: DataSource): Promise<Llama & { readonly tokenizer: Tokenizer }> {
  const tokenizer = readLlama2cTokenizer(await source.file("stories260K", "tok512.bin"), "stories260K/tok512.bin");
  const model = openLlama2c(await source.file("stories260K", "stories260K.bin"), {
    name: "stories260K",
    begin: [beginOfText],
    tokenize: (words) => words.map((word) => tokenizer.encode(attached.test(word) ? word : ` ${word}`)),
  });
  return { ...model, tokenizer };
}
