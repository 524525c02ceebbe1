/**
 * @file Learns a byte-level byte-pair encoding (Sennrich et al. 2016, Radford et al. 2019) from a text, as the tokenizer.json of Hugging Face: of
 * all pairs of neighbours the most frequent one becomes a token, again and again.
 */

import { CajalError } from "../../graph/index.ts";

/** Begins and ends every text. */
export const endOfText = "<|endoftext|>";

/** How a text falls into words before pairs are counted: no token goes beyond one (GPT-2's rule). */
const wordPattern = /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** The characters that stand for bytes: printable ones for themselves, the others from U+0100 on. */
function byteCharacters(): string[] {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
}

interface Word {
  symbols: string[];
  readonly count: number;
}

/**
 * @param size of the vocabulary: 256 bytes, one mark, and the pairs; fewer where the text has no more that come up twice
 * @returns the text of a tokenizer.json
 * @throws CajalError `argument` when the size has no room for all bytes
 */
export function trainBytePairs(text: string, size: number): string {
  const bytes = byteCharacters();
  if (!Number.isInteger(size) || size <= bytes.length)
    throw new CajalError("argument", `a vocabulary of ${size} tokens has no room for all bytes`, {
      advice: `Ask for at least ${bytes.length + 1}.`,
    });
  const words = wordsOf(text, bytes);
  const tokens = [endOfText, ...bytes];
  const merges: [string, string][] = [];
  const counts = new Map<string, number>();
  const places = new Map<string, Set<Word>>();
  const note = (word: Word, sign: 1 | -1) => {
    for (let i = 0; i + 1 < word.symbols.length; i++) {
      // No symbol has a space: bytes 0 to 32 have characters of their own.
      const pair = `${word.symbols[i]} ${word.symbols[i + 1]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + sign * word.count);
      if (sign > 0) places.set(pair, (places.get(pair) ?? new Set()).add(word));
    }
  };
  for (const word of words) note(word, 1);
  while (tokens.length < size) {
    const best = mostFrequent(counts);
    if (best === undefined) break;
    const [left, right] = best.split(" ");
    merges.push([left, right]);
    tokens.push(left + right);
    for (const word of places.get(best) ?? []) {
      note(word, -1);
      word.symbols = joined(word.symbols, left, right);
      note(word, 1);
    }
    counts.delete(best);
    places.delete(best);
  }
  return JSON.stringify(fileOf(tokens, merges));
}

function wordsOf(text: string, bytes: readonly string[]): Word[] {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(wordPattern)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const encoder = new TextEncoder();
  return Array.from(counts, ([word, count]) => ({
    symbols: Array.from(encoder.encode(word), (byte) => bytes[byte]),
    count,
  }));
}

/** Of equally frequent pairs the first in alphabetical order, so that the result depends on the text alone. */
function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  let most = 1;
  for (const [pair, count] of counts)
    if (count > most || (count === most && best !== undefined && pair < best)) [best, most] = [pair, count];
  return best;
}

function joined(symbols: readonly string[], left: string, right: string): string[] {
  const result: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const pair = symbols[i] === left && symbols[i + 1] === right;
    result.push(pair ? left + right : symbols[i]);
    if (pair) i++;
  }
  return result;
}

function fileOf(tokens: readonly string[], merges: readonly (readonly [string, string])[]) {
  const level = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const mark = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [{ id: 0, content: endOfText, ...mark }],
    normalizer: null,
    pre_tokenizer: level,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: endOfText, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { [endOfText]: { id: endOfText, ids: [0], tokens: [endOfText] } },
    },
    decoder: level,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(tokens.map((token, i) => [token, i])),
      merges: merges.map((pair) => pair.join(" ")),
    },
  };
}
