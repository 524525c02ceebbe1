import { expect, it } from "vitest";
import { mostFrequent } from "../../data/index.ts";
import { Rng } from "../../graph/index.ts";
import { balancedPlaces, labelsOf, seenPlaces, shuffledOrder } from "./tagged-text.ts";

const words = "the cat sat on the mat and the dog saw the cat on a mat".split(" ");
const tags = "D N V P D N C D N V D N P D N".split(" ");

it("places of each class alike, each with a whole context before it", () => {
  const places = balancedPlaces({ words, tags }, { context: 3, perClass: 2, classes: ["N", "D"] }, new Rng(1));
  expect(places.map((i) => tags[i])).toEqual(["N", "N", "D", "D"]);
  expect(new Set(places).size).toBe(4);
  expect(Math.min(...places)).toBeGreaterThanOrEqual(3);
  const byWord = balancedPlaces({ words }, { context: 1, perClass: 2, classes: ["the", "mat"] }, new Rng(1));
  expect(byWord.map((i) => words[i])).toEqual(["the", "the", "mat", "mat"]);
});

it("says what is wrong with a text", () => {
  const options = { context: 3, perClass: 2, classes: ["N", "C"] };
  expect(() => balancedPlaces({ words, tags }, options, new Rng(1))).toThrow('class "C" has 1 places');
  expect(() => balancedPlaces({ words, tags }, { ...options, classes: ["N"] }, new Rng(1))).toThrow("1 classes (N)");
  expect(() => balancedPlaces({ words: words.slice(0, 3) }, options, new Rng(1))).toThrow("the text has 3 words");
  expect(() => labelsOf({ words, tags: tags.slice(1) })).toThrow('15 words and 14 tags: word 14 "mat" has no tag');
  expect(() => labelsOf({ words: ["a"], tags: ["X", "Y"] })).toThrow('tag 1 "Y" has no word');
});

it("shuffled words keep their frequencies and tags", () => {
  const shuffled = shuffledOrder({ words, tags }, new Rng(3));
  expect([...shuffled.words].sort()).toEqual([...words].sort());
  expect(shuffled.words).not.toEqual(words);
  expect(shuffled.words.every((word, i) => tags[words.indexOf(word)] === shuffled.tags?.[i])).toBe(true);
});

it("places whose words are in another text, too", () => {
  expect(seenPlaces(words, [4, 9], 2, "he sat on the big dog".split(" "))).toEqual([4]);
});

it("a vocabulary of the most frequent words", () => {
  const vocabulary = mostFrequent(words, 3);
  expect(vocabulary.words).toEqual(["<unk>", "the", "cat", "on"]);
  expect([...vocabulary.encode(["the", "zebra", "on"])]).toEqual([1, 0, 3]);
});
