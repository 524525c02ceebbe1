import { expect, it } from "vitest";
import method from "../methods/interpret/linguistic-collapse/method.ts";
import { memoryRun } from "../methods/testing/memory-run.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the README of linguistic-collapse does what it says", () => {
  const [snippet] = snippetsOf("src/methods/interpret/linguistic-collapse/README.md");
  expect(runSnippet(snippet).trim().split("\n")).toEqual(["true true", "1.00", "30", "30 true []"]);
});

const there = ["multi30k", "stories260K", "resnet-cifar10", "cifar10"].every((set) => mirrored(set) !== undefined);
it.skipIf(!there)(
  "the quick experiment finds what the bars ask for",
  async () => {
    const run = memoryRun(1, dataSource());
    await method.run(method.options.parse(method.quick), run);
    for (const { metric } of method.bars) expect(run.metrics).toHaveProperty([metric]);
    for (const value of Object.values(run.metrics)) expect(value).not.toBeNaN();
    expect(Object.keys(run.figures)).toEqual(["measures against loss", "words", "class means of ResNet-20"]);
    expect(Object.keys(run.tables)).toEqual(["models", "trends", "least separated", "seeds", "models from elsewhere"]);
    expect(run.tables.models.rows.length).toBe(6);
  },
  120_000,
);
