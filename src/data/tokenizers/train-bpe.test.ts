import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeText } from "../../probe/index.ts";
import { readHuggingFaceTokenizer } from "./hugging-face-tokenizer.ts";
import { trainBytePairs } from "./train-bpe.ts";

const text = "the cat sat on the mat. the cat ate the rat; the hat that sat";

it("joins the most frequent pair first, and the library reads the file", () => {
  const file = JSON.parse(trainBytePairs(text, 262));
  // "th" comes up most, then "the" and "at".
  expect(file.model.merges.slice(0, 2).sort()).toEqual(["a t", "t h"]);
  expect(Object.keys(file.model.vocab)).toHaveLength(262);
  const tokenizer = readHuggingFaceTokenizer(trainBytePairs(text, 300), { end: [0] });
  expect(tokenizer.begin).toEqual([0]);
  const plain = readHuggingFaceTokenizer(trainBytePairs(text, 257));
  expect(plain.encode(text)).toHaveLength(text.length);
  expect(tokenizer.encode(text).length).toBeLessThan(text.length / 2);
  expect(encodeText(tokenizer, " the")).toHaveLength(2);
});

it("every text comes back, those that it has not seen, too", () => {
  const tokenizer = readHuggingFaceTokenizer(trainBytePairs(text, 280));
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (any) => tokenizer.decode(tokenizer.encode(any)) === any));
});

it("depends on the text alone, and refuses sizes without room for bytes", () => {
  expect(trainBytePairs(text, 290)).toBe(trainBytePairs(text, 290));
  // Nothing comes up twice.
  expect(Object.keys(JSON.parse(trainBytePairs("ab", 400)).model.vocab)).toHaveLength(257);
  expect(() => trainBytePairs(text, 256)).toThrow("no room for all bytes");
});
