import { expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { dataSource } from "../../../node/data-source.ts";
import { mirrored } from "../../../node/testing/mirror.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import { knowledgeBase } from "./experiment/knowledge-base.ts";
import { wordTokenizer } from "./experiment/words.ts";
import method from "./method.ts";

it("the world has 960 facts of 120 people, and in each of them every word is known", () => {
  const { people, relations, sentences, counting } = knowledgeBase(new Rng(1), 120);
  expect([people.length, relations.flatMap(({ facts }) => facts).length, sentences.length]).toEqual([120, 960, 2880]);
  const values = relations.map(({ facts }) => new Set(facts.map(({ object }) => object)));
  expect(values.map(({ size }) => size).slice(6)).toEqual([120, 120]);
  // Parents have names from one list.
  expect([...values[6]].filter((name) => values[7].has(name))).toHaveLength(120);
  const [instrument, sport] = relations.slice(3);
  expect(instrument.templates[2]).toBe(sport.templates[2]);
  const tokenizer = wordTokenizer([...sentences, ...counting]);
  for (const sentence of sentences.slice(0, 50))
    expect(tokenizer.decode(tokenizer.encode(sentence))).toBe(` ${sentence}`);
});

const mirror = mirrored("lre-relations") !== undefined && mirrored("stories260K") !== undefined;

it(`the experiment runs${mirror ? "" : " (without real facts: no mirror)"}`, { timeout: 300_000 }, async () => {
  const run = memoryRun(1, mirror ? dataSource() : undefined);
  await method.run(method.options.parse({ ...method.quick, lre: mirror, stories: mirror }), run);
  for (const { metric } of method.bars)
    if (mirror || !/^(LRE|stories260K)/.test(metric)) expect(run.metrics[metric], metric).toEqual(expect.any(Number));
  expect(Object.keys(run.figures)).toEqual(["shared neurons", "switched off", "growing", "places"]);
});
