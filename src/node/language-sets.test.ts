import { expect, it } from "vitest";
import { loadBrown, loadTreebank } from "../data/index.ts";
import { dataSource } from "./data-sets.ts";
import { mirrored } from "./testing/mirror.ts";

it.skipIf(!mirrored("ud"))("the English Web Treebank", async () => {
  const sentences = await loadTreebank(dataSource(), "en_ewt", "test");
  expect(sentences.length).toBe(2077);
  expect(sentences[0].words.map(({ form }) => form).join(" ")).toBe("What if Google Morphed Into GoogleOS ?");
});

it.skipIf(!mirrored("brown-corpus"))("the Brown corpus", async () => {
  const texts = await loadBrown(dataSource());
  const words = texts.flatMap(({ sentences }) => sentences.flat());
  expect([texts.length, words.length]).toEqual([500, 1161192]);
  expect(words.slice(0, 3).map(({ form, universal }) => [form, universal])).toEqual([
    ["The", "DET"],
    ["Fulton", "NOUN"],
    ["County", "NOUN"],
  ]);
  expect(words.filter(({ universal }) => universal === "X").length).toBeLessThan(2000);
});
