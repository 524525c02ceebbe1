import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import {
  loadBrown,
  loadCodeTasks,
  loadCommands,
  loadRelations,
  loadRestaurants,
  loadStories260K,
  loadTreebank,
  loadWordProblems,
} from "../data/index.ts";
import { dataSource } from "./data-source.ts";
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

it.skipIf(!mirrored("lre-relations"))("the relations of LRE, those of a kind or all", async () => {
  const all = await loadRelations(dataSource());
  expect([all.length, all.flatMap(({ facts }) => facts).length]).toEqual([47, 11089]);
  const linguistic = await loadRelations(dataSource(), "linguistic");
  expect(linguistic.map(({ name }) => name)).toContain("verb past tense");
  expect(linguistic.find(({ name }) => name === "word first letter")).toMatchObject({
    templates: ["{} starts with the letter", "The first character of the word {} is"],
    facts: expect.arrayContaining([{ subject: "BEND", object: "B" }]),
  });
});

it.skipIf(!mirrored("code-tasks") || !mirrored("scan") || !mirrored("e2e-nlg"))(
  "programming tasks, word problems, commands, restaurants",
  async () => {
    const source = dataSource();
    expect((await loadCodeTasks(source)).length).toBe(164);
    expect((await loadWordProblems(source, "train")).length).toBe(7473);
    expect((await loadWordProblems(source, "test")).length).toBe(1319);
    expect((await loadCommands(source, "train")).length).toBe(16728);
    expect((await loadRestaurants(source, "dev")).length).toBe(4672);
    expect((await loadRestaurants(source, "test")).length).toBe(4693);
  },
);

it.skipIf(!mirrored("stories260K") || !mirrored("tinystories"))(
  "stories260K tells stories, and finds those of its kind as likely as published",
  async () => {
    const model = await loadStories260K(dataSource());
    const text = gunzipSync(readFileSync(mirrored("tinystories/tinystories_v2_gpt4.first10k_lines.txt.gz") ?? ""));
    const stories = text.toString("utf8").split("<|endoftext|>").slice(0, 20);
    let told = "";
    for await (const { text: piece } of model.generate("", { tokens: 22 })) told += piece;
    expect(told).toMatch(/^ Once upon a time, there was a little girl named \w+\. She loved to play/);

    let [loss, count] = [0, 0];
    for (const story of stories) {
      const tokens = model.encode(story.trim()).slice(0, 160);
      const all = (await model.logits(tokens)).numbers();
      for (let i = 0; i + 1 < tokens.length; i++) {
        const row = all.subarray(i * 512, (i + 1) * 512);
        const top = Math.max(...row);
        loss += top + Math.log(row.reduce((sum, v) => sum + Math.exp(v - top), 0)) - row[tokens[i + 1]];
        count++;
      }
    }
    await model.release();
    // Published: 1.297 nats on the validation part.
    expect(loss / count).toBeGreaterThan(1.1);
    expect(loss / count).toBeLessThan(1.45);
  },
);
