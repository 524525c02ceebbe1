/**
 * Finds methods by what is written of them, offline. A word finds itself, then other forms of itself, then what means the
 * same: the index holds each word, its stem, the phrases of the thesaurus, and the concepts that they stand for.
 */

import MiniSearch, { type Query } from "minisearch";
import type { MethodInList } from "../api.ts";
import { aboutFamily } from "../families.ts";
import { type Meant, meantBy, wordsOf } from "./concepts.ts";
import { stemOf } from "./stem.ts";

/** What a question is made of, and no method is about. */
const silent = new Set(
  wordsOf(
    "a about an and any are as at be been but by can could did do does done for from get give had has have help how i if in into is it its let like made make may me might mine my need not of on one or our out please should show so some tell than that the their them then there these they thing this those to too up us use used using want was we were what when where which while who whose why will with would you your",
  ),
);
/** What all methods are about. */
const everywhere = new Set(
  wordsOf(
    "network networks net nets neural neuron neurons model models method methods data learn learns learned learning train trains trained training",
  ),
);

/** A name counts more than a title, and that more than what its page says. */
const fields = { slug: 6, title: 4, about: 2, text: 1 };
const weights = { word: 1, stem: 0.8, concept: 0.6 };
/** The words of a phrase mean less alone: "part of speech" is about no speech. */
const inPhrase = 0.3;
/** Of the best: what is worth less was found by the way. */
const least = 0.2;

/** Terms of the index that no word can be. */
const stemTerm = (...stems: readonly string[]) => `=${stems.join(" ")}`;
const conceptTerm = (concept: string) => `~${concept}`;

/**
 * @param texts what is written of each method, by slug
 * @returns slugs, the best first
 */
export function searcher(
  methods: readonly MethodInList[],
  texts: Readonly<Record<string, string>>,
): (query: string) => string[] {
  const stems = new Map<string, string>();
  const quickStem = (word: string) => {
    const stem = stems.get(word) ?? stemOf(word);
    stems.set(word, stem);
    return stem;
  };
  const index = new MiniSearch({
    idField: "slug",
    fields: Object.keys(fields),
    tokenize: (text) => termsOf(text, quickStem),
    processTerm: (term) => term,
    searchOptions: { boost: fields, tokenize: (term) => [term] },
  });
  index.addAll(
    methods.map(({ slug, title, family }) => ({
      slug,
      title,
      about: `${family} ${aboutFamily[family]}`,
      text: texts[slug] ?? "",
    })),
  );
  return (query) => {
    // What stands nowhere says nothing of what is meant.
    const wishes = wishesOf(query)
      .map((wish) => index.search(wish))
      .filter((hits) => hits.length > 0);
    const worth = new Map<string, { sum: number; met: number }>();
    for (const hits of wishes)
      for (const { id, score, queryTerms } of hits) {
        const { sum, met } = worth.get(id) ?? { sum: 0, met: 0 };
        // MiniSearch multiplies by the number of terms; that a word is found as its own stem, too, makes it no better.
        worth.set(id, { sum: sum + score / queryTerms.length, met: met + 1 });
      }
    const found = [...worth]
      .map(([slug, { sum, met }]) => ({ slug, score: sum * (met / wishes.length) ** 2 }))
      .sort((a, b) => b.score - a.score);
    return found.filter(({ score }) => score >= least * found[0].score).map(({ slug }) => slug);
  };
}

function termsOf(text: string, stem: (word: string) => string): string[] {
  const words = wordsOf(text);
  const stems = words.map(stem);
  const meant = meantBy(stems).flatMap(({ concept, from, to }) =>
    to - from > 1 ? [conceptTerm(concept), stemTerm(...stems.slice(from, to))] : [conceptTerm(concept)],
  );
  return [...words, ...stems.map((one) => stemTerm(one)), ...meant];
}

/** One for each word that says something: itself, its other forms, the phrase it is in, or what that means. */
function wishesOf(query: string): Query[] {
  const words = wordsOf(query);
  const stems = words.map(stemOf);
  const meant = meantBy(stems);
  const spoken = [...words.keys()].filter((at) => !silent.has(words[at]) || words.length === 1);
  const telling = spoken.filter((at) => !everywhere.has(words[at]));
  const wishes = (telling.length > 0 ? telling : spoken).map((at) => {
    const over = meant.filter(({ from, to }) => from <= at && at < to);
    const weight = over.some(({ from, to }) => to - from > 1) ? inPhrase : 1;
    return either([...ofWord(words[at], weight, at === words.length - 1), ...ofMeant(over, stems)]);
  });
  // Phrases of the other words mean something, too.
  const others = meant.filter(({ from, to }) => !telling.some((at) => from <= at && at < to));
  return others.length > 0 ? [...wishes, either(ofMeant(others, stems))] : wishes;
}

const either = (queries: readonly Query[]): Query => ({ combineWith: "OR", queries: [...queries] });
const exactly = (term: string, weight: number) => ({ queries: [term], boostTerm: () => weight });

/** @param isLast the word may not be typed to its end */
const ofWord = (word: string, weight: number, isLast: boolean): Query[] => [
  { ...exactly(word, weight * weights.word), prefix: isLast, fuzzy: word.length > 5 && 0.15 },
  exactly(stemTerm(stemOf(word)), weight * weights.stem),
];

const ofMeant = (meant: readonly Meant[], stems: readonly string[]): Query[] => [
  ...meant
    .filter(({ from, to }) => to - from > 1)
    .map(({ from, to }) => exactly(stemTerm(...stems.slice(from, to)), weights.stem)),
  ...meant.map(({ concept }) => exactly(conceptTerm(concept), weights.concept)),
];
