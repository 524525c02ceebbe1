/** @file Predictors that count: what the next word can be known from without a network. */

import type { Vocabulary } from "../../../data/index.ts";
import { Tensor } from "../../../graph/index.ts";
import { checkLength, type TaggedText } from "../tagged-text.ts";
import type { Prediction } from "./evaluate.ts";

export interface WordCounts {
  /** Of each word. */
  readonly words: Float64Array;
  /** Of each word after each other. */
  readonly after: readonly ReadonlyMap<number, number>[];
  readonly total: number;
}

export function countWords(text: TaggedText, vocabulary: Vocabulary): WordCounts {
  const tokens = vocabulary.encode(text.words);
  const words = new Float64Array(vocabulary.words.length);
  const after = Array.from(vocabulary.words, () => new Map<number, number>());
  for (const [i, token] of tokens.entries()) {
    words[token]++;
    const next = tokens[i + 1];
    if (next !== undefined) after[token].set(next, (after[token].get(next) ?? 0) + 1);
  }
  return { words, after, total: tokens.length };
}

/** Frequencies with one occurrence added to each word. */
function unigram({ words, total }: WordCounts): Float64Array {
  return words.map((count) => (count + 1) / (total + words.length));
}

/** The same prediction for every word, by frequency. */
export function unigramPrediction(
  counts: WordCounts,
  text: TaggedText,
  vocabulary: Vocabulary,
  context: number,
): Prediction {
  const p = unigram(counts);
  const best = p.indexOf(Math.max(...p));
  return predictionOf(text, vocabulary, context, (_, next) => ({ p: p[next], best }));
}

/** By the word before: its successors' shares, mixed with frequencies by how many kinds of them there are (Witten & Bell 1991). */
export function bigramPrediction(
  counts: WordCounts,
  text: TaggedText,
  vocabulary: Vocabulary,
  context: number,
): Prediction {
  const p = unigram(counts);
  const frequent = p.indexOf(Math.max(...p));
  const likeliest = counts.after.map((followers) => {
    let [most, best] = [0, frequent];
    for (const [word, count] of followers) if (count > most) [most, best] = [count, word];
    return best;
  });
  const followed = counts.after.map((followers) => [...followers.values()].reduce((a, b) => a + b, 0));
  return predictionOf(text, vocabulary, context, (last, next) => {
    const followers = counts.after[last];
    const kinds = followers.size;
    const mixed = ((followers.get(next) ?? 0) + kinds * p[next]) / (followed[last] + kinds);
    return { p: kinds === 0 ? p[next] : mixed, best: likeliest[last] };
  });
}

function predictionOf(
  text: TaggedText,
  vocabulary: Vocabulary,
  context: number,
  predict: (last: number, next: number) => { p: number; best: number },
): Prediction {
  checkLength(text, context);
  const tokens = vocabulary.encode(text.words);
  const total = tokens.length - context;
  let [loss, accuracy] = [0, 0];
  for (let i = context; i < tokens.length; i++) {
    const { p, best } = predict(tokens[i - 1], tokens[i]);
    loss -= Math.log(p) / total;
    accuracy += Number(best === tokens[i]) / total;
  }
  return { loss, accuracy };
}

/**
 * What counting knows of each word as the last one: log(1 + how often each of the `most` commonest words followed it). float32 [words, most]
 */
export function followerCounts(
  counts: WordCounts,
  lastWords: readonly string[],
  vocabulary: Vocabulary,
  most = 500,
): Tensor {
  const columns = Math.min(most, vocabulary.words.length);
  const features = new Float32Array(lastWords.length * columns);
  for (const [row, word] of vocabulary.encode(lastWords).entries())
    for (const [next, count] of counts.after[word])
      if (next < columns) features[row * columns + next] = Math.log1p(count);
  return new Tensor("float32", [lastWords.length, columns], features);
}
