/** @file Tokens as words: those that differ by case or by spaces around them are one word. */

import { CajalError } from "../../../graph/index.ts";
import type { TextModel } from "../../../probe/index.ts";

/** The words of a model's tokens. */
export interface TokenWords {
  /** How a token is shown: its text as it stands; "#12" where it has none. */
  text(token: number): string;
  /** What it is counted as: without spaces around it, in lower case. */
  word(token: number): string;
  /** What is to be known of the vocabulary. */
  readonly warnings: readonly string[];
}

/**
 * @param vocabulary rows of the head
 * @throws CajalError `argument` when the tokenizer has more tokens than the head has rows
 */
export function tokenWords({ name, tokenizer }: TextModel, vocabulary: number): TokenWords {
  const texts = new Map<number, string>();
  const words = new Map<number, string>();
  if (tokenizer !== undefined && tokenizer.size > vocabulary)
    throw new CajalError(
      "argument",
      `${name}: the tokenizer has ${tokenizer.size} tokens, the head ${vocabulary} rows`,
      {
        advice: "They belong to different models, or the head is another matrix: name it.",
      },
    );
  const text = (token: number) => {
    let known = texts.get(token);
    if (known === undefined) {
      const decoded = tokenizer?.decode([token]) ?? "";
      // Parts of characters, and marks such as <s>, have no text of their own.
      known = decoded === "" || decoded.includes("\uFFFD") ? `#${token}` : decoded;
      texts.set(token, known);
    }
    return known;
  };
  return {
    text,
    word(token) {
      let known = words.get(token);
      if (known === undefined) {
        known = wordOf(text(token));
        words.set(token, known);
      }
      return known;
    },
    warnings:
      tokenizer !== undefined && tokenizer.size < vocabulary
        ? [`The head has ${vocabulary} rows, the tokenizer ${tokenizer.size} tokens: the others have no text.`]
        : [],
  };
}

/** " Dog" → "dog"; what is nothing but space stays as it is. */
export function wordOf(text: string): string {
  const bare = text.trim().toLowerCase();
  return bare === "" ? text : bare;
}

/**
 * All tokens that are a word: "dog" → "dog", " dog", " Dog".
 * @throws CajalError `argument` when there is none, with the pieces that the word is made of
 */
export function tokensOfWord(model: TextModel, word: string, vocabulary: number): number[] {
  const words = tokenWords(model, vocabulary);
  const wanted = wordOf(word);
  const tokens = Array.from({ length: vocabulary }, (_, token) => token).filter(
    (token) => words.word(token) === wanted,
  );
  if (tokens.length > 0) return tokens;
  const pieces = model.tokenizer?.encode(` ${word.trim()}`) ?? [];
  throw new CajalError("argument", `${model.name} has no token for "${word}"`, {
    advice:
      pieces.length > 0
        ? `It is spelled ${pieces.map((piece) => JSON.stringify(words.text(piece))).join(" ")}: look for one of these.`
        : "Without a tokenizer, give the token's number.",
  });
}
