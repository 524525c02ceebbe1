/** @file A tokenizer of whole words. */

import type { Tokenizer } from "../../../../probe/index.ts";

/** Begins every text, and ends it. */
const mark = 0;

/** The words of texts, each a token with the space before it. */
export function wordTokenizer(texts: readonly string[]): Tokenizer {
  const words = [...new Set(texts.flatMap((text) => text.split(" ")))];
  const numberOf = new Map(words.map((word, i) => [word, i + 1]));
  return {
    size: words.length + 1,
    begin: [mark],
    end: [mark],
    encode: (text) =>
      text
        .split(" ")
        .filter((word) => word !== "")
        .map((word) => numberOf.get(word) ?? mark),
    decode: (tokens) => Array.from(tokens, (token) => (token === mark ? "" : ` ${words[token - 1]}`)).join(""),
  };
}
