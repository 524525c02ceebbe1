import { expect, it } from "vitest";
import { loadModularAddition } from "../data/index.ts";
import {
  fromTransformerLens,
  openedTransformer,
  sumBatches,
} from "../methods/interpret/local-interaction-basis/experiment/transformer.ts";
import { accuracyAt, scoreOf } from "../methods/interpret/local-interaction-basis/index.ts";
import method from "../methods/interpret/local-interaction-basis/method.ts";
import { memoryRun } from "../methods/testing/memory-run.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the README of local-interaction-basis does what it says", () => {
  const [snippet] = snippetsOf("src/methods/interpret/local-interaction-basis/README.md");
  expect(runSnippet(snippet).trim().split("\n")).toEqual(["3 16", "[ true, true ]", "4 true", "true true"]);
});

const there = ["modular-addition-lib", "cifar10"].every((set) => mirrored(set) !== undefined);

it.skipIf(!there)("the published transformer answers as it did on the published split", async () => {
  const { weights, modulus, train, test } = await loadModularAddition(dataSource());
  const model = openedTransformer(fromTransformerLens(weights), "the published transformer");
  const accuracy = (sums: typeof train) => scoreOf(model, sumBatches(sums, modulus, 2000), accuracyAt("logits"));
  expect([train.length, test.length]).toEqual([3830, 8939]);
  expect(await accuracy(train)).toBe(1);
  expect(await accuracy(test)).toBeCloseTo(0.99955252, 8);
});

it.skipIf(!there)(
  "the quick experiment finds what the bars ask for",
  async () => {
    const run = memoryRun(1, dataSource());
    await method.run(method.options.parse(method.quick), run);
    for (const { metric } of method.bars) expect(run.metrics).toHaveProperty([metric]);
    for (const value of Object.values(run.metrics)) expect(value).not.toBeNaN();
    expect(Object.keys(run.figures)).toEqual([
      "interaction graph",
      "directions kept by the transformer",
      "waves",
      "directions kept by the MLP",
    ]);
    expect(Object.keys(run.tables)).toEqual(["published nodes", "published edges", "fewest, part B", "fewest, part C"]);
  },
  300_000,
);
