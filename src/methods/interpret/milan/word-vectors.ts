/** @file Distances between words, from any vectors of words. */

import { wordsOf } from "./vocabulary.ts";

/** A word's vector, or undefined for one that has none. */
export type WordVectors = (word: string) => ArrayLike<number> | undefined;

/** The vectors of a matrix with one row for each word, such as a language model's embedding. */
export function vectorsOf(words: readonly string[], rows: ArrayLike<number>, width: number): WordVectors {
  const places = new Map(words.map((word, i) => [word, i * width]));
  return (word) => {
    const from = places.get(word);
    return from === undefined ? undefined : Array.from({ length: width }, (_, i) => rows[from + i]);
  };
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}

function known(text: string, vectors: WordVectors): ArrayLike<number>[] {
  return wordsOf(text).flatMap((word) => {
    const vector = vectors(word);
    return vector === undefined ? [] : [vector];
  });
}

/** The largest distance, 1 − cosine, between two of a description's words; 0 for fewer than two. */
export function widestDistance(description: string, vectors: WordVectors): number {
  const list = known(description, vectors);
  let widest = 0;
  for (const [i, a] of list.entries()) for (const b of list.slice(i + 1)) widest = Math.max(widest, 1 - cosine(a, b));
  return widest;
}

/** The cosine of the query with the word that is nearest to it; the word itself gives 1. Without vectors of either, −1. */
export function similarityTo(query: string, description: string, vectors: WordVectors): number {
  const wanted = vectors(query);
  const words = wordsOf(description);
  if (words.includes(query)) return 1;
  if (wanted === undefined) return -1;
  return known(description, vectors).reduce((most, vector) => Math.max(most, cosine(wanted, vector)), -1);
}
