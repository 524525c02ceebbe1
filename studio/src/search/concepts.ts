/** What is meant by words and phrases: the concepts of the thesaurus. */

import { stemOf } from "./stem.ts";
import { thesaurus } from "./thesaurus.ts";

export interface Meant {
  readonly concept: string;
  /** The words that say it: the first, and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

/** The words of a text, in lower case. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

interface Phrase {
  readonly concept: string;
  readonly stems: readonly string[];
}

/** By the stem of the first word. */
const phrases = new Map<string, Phrase[]>();
for (const [concept, said] of Object.entries(thesaurus))
  for (const phrase of said.split(", ")) {
    const stems = wordsOf(phrase).map(stemOf);
    phrases.set(stems[0], [...(phrases.get(stems[0]) ?? []), { concept, stems }]);
  }

/** @param stems of all words of a text */
export function meantBy(stems: readonly string[]): Meant[] {
  return stems.flatMap((first, from) =>
    (phrases.get(first) ?? [])
      .filter((phrase) => phrase.stems.every((stem, i) => stems[from + i] === stem))
      .map((phrase) => ({ concept: phrase.concept, from, to: from + phrase.stems.length })),
  );
}
