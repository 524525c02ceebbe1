/** @file The words of captions and their numbers: decoder and language model must agree on them. */

import { CajalError } from "../../../graph/index.ts";

/** Numbers that are no words. Padding follows the end; a caption is fed as [start, w₁ … wₙ] and asked for [w₁ … wₙ, end]. */
export const special = { padding: 0, start: 1, end: 2, unknown: 3 } as const;

const firstWord = 4;

/** The words of a text in lower case, without marks. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:[-'’][\p{L}\p{N}]+)*/gu) ?? [];
}

/** A fixed list of words, each with a number. Immutable. */
export class Vocabulary {
  /** Word `i` has the number `i + 4`; smaller numbers are `special`. */
  readonly words: readonly string[];
  private readonly numbers: ReadonlyMap<string, number>;

  /** @throws CajalError `argument` when a word comes twice */
  constructor(words: readonly string[]) {
    this.words = words;
    this.numbers = new Map(words.map((word, i) => [word, i + firstWord]));
    if (this.numbers.size < words.length) throw new CajalError("argument", "Vocabulary: a word is listed twice");
  }

  /** The words that occur at least `least` times (default 1) in the captions, the frequent ones first, equal ones by the alphabet. */
  static of(captions: Iterable<string>, least = 1): Vocabulary {
    const counts = new Map<string, number>();
    for (const caption of captions) for (const word of wordsOf(caption)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const kept = [...counts].filter(([, count]) => count >= least);
    kept.sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
    return new Vocabulary(kept.map(([word]) => word));
  }

  /** How many numbers there are, special ones included. */
  get size(): number {
    return this.words.length + firstWord;
  }

  numberOf(word: string): number {
    return this.numbers.get(word) ?? special.unknown;
  }

  /**
   * A caption's numbers with the end and padding, [length + 1]. What is longer is cut after `length` words and still ends: the search
   * does the same to what it finds.
   */
  encode(caption: string, length: number): Int32Array {
    const numbers = new Int32Array(length + 1);
    const words = wordsOf(caption).slice(0, length);
    for (const [i, word] of words.entries()) numbers[i] = this.numberOf(word);
    numbers[words.length] = special.end;
    return numbers;
  }

  /** The words up to the end, with spaces between. */
  decode(numbers: ArrayLike<number>): string {
    const words: string[] = [];
    for (let i = 0; i < numbers.length && numbers[i] !== special.end && numbers[i] !== special.padding; i++)
      words.push(this.words[numbers[i] - firstWord] ?? "…");
    return words.join(" ");
  }
}

/** @throws CajalError `argument` that lists the words that one has and the other lacks */
export function checkSameWords(decoder: Vocabulary, languageModel: Vocabulary): void {
  const lacking = (has: Vocabulary, lacks: Vocabulary) => has.words.filter((word) => !lacks.words.includes(word));
  const missing = [
    { of: "the language model", words: lacking(decoder, languageModel) },
    { of: "the decoder", words: lacking(languageModel, decoder) },
  ].filter(({ words }) => words.length > 0);
  const shown = missing.map(
    ({ of, words }) => `${of} lacks ${words.slice(0, 8).join(", ")}${words.length > 8 ? ", …" : ""}`,
  );
  if (missing.length === 0 && decoder.words.some((word, i) => word !== languageModel.words[i]))
    shown.push("they number the same words differently");
  if (shown.length > 0)
    throw new CajalError("argument", `decoder and language model have different vocabularies: ${shown.join("; ")}`, {
      advice: "Train both on the same captions.",
    });
}
