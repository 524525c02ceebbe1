/** @file Words as numbers: the most frequent ones of a text. */

import { CajalError } from "../graph/index.ts";

/** The word that stands for all others. */
export const unknownWord = "<unk>";

export interface Vocabulary {
  /** From the most frequent on; the first is `unknownWord`. */
  readonly words: readonly string[];
  encode(words: readonly string[]): Int32Array;
}

/** A vocabulary of given words, the first of which stands for unknown ones. */
export function vocabularyOf(words: readonly string[]): Vocabulary {
  const numberOf = new Map(words.map((word, i) => [word, i]));
  return { words, encode: (given) => Int32Array.from(given, (word) => numberOf.get(word) ?? 0) };
}

/** The `size` most frequent words of a text (of equally frequent ones, those that come first), and one for the rest. */
export function mostFrequent(words: readonly string[], size: number): Vocabulary {
  if (!(size >= 1)) throw new CajalError("argument", `a vocabulary of ${size} words knows none`);
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ordered = [...counts].sort(([, a], [, b]) => b - a).slice(0, size);
  return vocabularyOf([unknownWord, ...ordered.map(([word]) => word).filter((word) => word !== unknownWord)]);
}
