/** @file The texts of the experiment: one to learn from, one to look at. */

import { type BrownText, type DataSource, loadBrown, loadTreebank } from "../../../data/index.ts";
import type { Rng } from "../../../graph/index.ts";
import { firstWords, lowerCased, type TaggedText, textOfTrees } from "../tagged-text.ts";

export interface Texts {
  readonly training: TaggedText;
  /** Not learned from. */
  readonly analysis: TaggedText;
}

/** Classes of words that are looked at. */
export const wordClasses = ["NOUN", "VERB", "ADJ", "PRON", "ADP", "DET"] as const;

/** English web texts without e-mails: 158,000 words to learn from, 50,000 to look at; as they are written. */
export async function englishTexts(data: DataSource): Promise<Texts> {
  const [train, dev, test] = [
    await loadTreebank(data, "en_ewt", "train"),
    await loadTreebank(data, "en_ewt", "dev"),
    await loadTreebank(data, "en_ewt", "test"),
  ];
  return { training: textOfTrees(train), analysis: textOfTrees([...dev, ...test]) };
}

/** A small German pair: the development part to learn from (12,000 words), the test part to look at. */
export async function germanTexts(data: DataSource): Promise<Texts> {
  return {
    training: textOfTrees(await loadTreebank(data, "de_gsd", "dev")),
    analysis: textOfTrees(await loadTreebank(data, "de_gsd", "test")),
  };
}

/** Texts of the Brown corpus in random order: about so many words to learn from, then 50,000 to look at. */
export async function brownTexts(data: DataSource, trainingWords: number, rng: Rng): Promise<Texts> {
  const texts = await loadBrown(data);
  const order = rng.permutation(texts.length);
  let at = 0;
  const take = (words: number) => {
    const taken: BrownText[] = [];
    for (let count = 0; count < words && at < order.length; at++) {
      taken.push(texts[order[at]]);
      count += texts[order[at]].sentences.reduce((sum, sentence) => sum + sentence.length, 0);
    }
    const flat = taken.flatMap(({ sentences }) => sentences.flat());
    return { words: flat.map(({ form }) => form), tags: flat.map(({ universal }) => universal) };
  };
  return { training: take(trainingWords), analysis: take(50_000) };
}

/** For networks that know lower-case words; only the first so many words to learn from (0: all). */
export function forNetworks({ training, analysis }: Texts, trainingWords: number): Texts {
  return {
    training: lowerCased(trainingWords > 0 ? firstWords(training, trainingWords) : training),
    analysis: lowerCased(analysis),
  };
}
