/** @file Running text whose words may have classes, and the places in it where a word follows a context. */

import type { TreeSentence } from "../../data/index.ts";
import { CajalError, type Rng } from "../../graph/index.ts";

export interface TaggedText {
  readonly words: readonly string[];
  /** The class of each word. Left out: each word is a class of its own. */
  readonly tags?: readonly string[];
}

/** The class of each word. @throws CajalError `argument` when words and tags do not belong together */
export function labelsOf({ words, tags }: TaggedText): readonly string[] {
  if (tags === undefined) return words;
  if (tags.length !== words.length) {
    const at = Math.min(words.length, tags.length);
    const first =
      tags.length < words.length
        ? `word ${at} ${JSON.stringify(words[at])} has no tag`
        : `tag ${at} ${JSON.stringify(tags[at])} has no word`;
    throw new CajalError("argument", `the text has ${words.length} words and ${tags.length} tags: ${first}`, {
      advice: "Give one tag for each word, punctuation too.",
    });
  }
  return tags;
}

/** A treebank as running text, over the ends of sentences, with universal parts of speech. */
export function textOfTrees(sentences: readonly TreeSentence[]): TaggedText {
  const words = sentences.flatMap((sentence) => sentence.words);
  return { words: words.map(({ form }) => form), tags: words.map(({ upos }) => upos ?? "X") };
}

export function lowerCased({ words, ...rest }: TaggedText): TaggedText {
  return { ...rest, words: words.map((word) => word.toLowerCase()) };
}

/** The first so many words. */
export function firstWords({ words, tags }: TaggedText, count: number): TaggedText {
  return { words: words.slice(0, count), ...(tags && { tags: tags.slice(0, count) }) };
}

/** The same words in random order: their frequencies are kept, their order is not. Tags go with their words. */
export function shuffledOrder({ words, tags }: TaggedText, rng: Rng): TaggedText {
  const order = Array.from(rng.permutation(words.length));
  return { words: order.map((i) => words[i]), ...(tags && { tags: order.map((i) => tags[i]) }) };
}

/** @throws CajalError `argument` when the text has no word with a whole context before it */
export function checkLength({ words }: TaggedText, context: number): void {
  if (words.length <= context)
    throw new CajalError("argument", `the text has ${words.length} words; ${context} and the next one are needed`, {
      advice: `Give a text of at least ${context + 1} words, or a shorter context.`,
    });
}

export interface BalancedOptions {
  /** Words before the labelled one. */
  readonly context: number;
  /** Places of each class. */
  readonly perClass: number;
  readonly classes: readonly string[];
}

/**
 * Random places of words, equally many of each class, each with a whole context before it; class by class.
 * @throws CajalError `argument` when a class has too few, or there are fewer than two classes or than two places of each
 */
export function balancedPlaces(text: TaggedText, { context, perClass, classes }: BalancedOptions, rng: Rng): number[] {
  checkLength(text, context);
  const labels = labelsOf(text);
  if (classes.length < 2)
    throw new CajalError("argument", `${classes.length} classes (${classes.join(", ")}) are nothing to tell apart`, {
      advice: "Give two classes or more.",
    });
  const places = new Map<string, number[]>(classes.map((name) => [name, []]));
  for (let i = context; i < labels.length; i++) places.get(labels[i])?.push(i);
  const fewest = [...places].reduce((least, entry) => (entry[1].length < least[1].length ? entry : least));
  if (perClass < 2 || fewest[1].length < perClass)
    throw new CajalError(
      "argument",
      perClass < 2
        ? `${perClass} places per class: distances within a class need two`
        : `class "${fewest[0]}" has ${fewest[1].length} places in the text, fewer than ${perClass}`,
      {
        advice:
          fewest[1].length < 2
            ? `Leave "${fewest[0]}" out.`
            : `Ask for at most ${fewest[1].length} per class, or leave the class out.`,
      },
    );
  return classes.flatMap((name) => {
    const all = places.get(name) as number[];
    const order = rng.split(name).permutation(all.length);
    return Array.from({ length: perClass }, (_, i) => all[order[i]]);
  });
}

/**
 * Which of the places have, with the context before them, word for word the same in another text: what a model has learned from that
 * text there may be memory.
 */
export function seenPlaces(
  words: readonly string[],
  places: readonly number[],
  context: number,
  other: readonly string[],
): number[] {
  const window = (of: readonly string[], i: number) => of.slice(i - context, i + 1).join("\u0000");
  const wanted = new Set(places.map((place) => window(words, place)));
  const seen = new Set<string>();
  for (let i = context; i < other.length; i++) {
    const key = window(other, i);
    if (wanted.has(key)) seen.add(key);
  }
  return places.filter((place) => seen.has(window(words, place)));
}
