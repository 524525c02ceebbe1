import { expect, it } from "vitest";
import method from "../methods/interpret/multifaceted-visualization/method.ts";
import { memoryRun } from "../methods/testing/memory-run.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the README's program prints what it says", () => {
  const [snippet] = snippetsOf("src/methods/interpret/multifaceted-visualization/README.md");
  expect(runSnippet(snippet).trim().split("\n")).toEqual([
    "200 pictures, 3 facets",
    "15 pictures 12288 numbers",
    "5 12288",
  ]);
});

const sets = ["mnist", "cifar10", "resnet-cifar10", "squeezenet1.1"];
it.skipIf(sets.some((path) => mirrored(path) === undefined))(
  "the quick experiment measures what the bars ask for",
  async () => {
    const run = memoryRun(1, dataSource());
    await method.run(method.options.parse(method.quick), run);
    for (const { metric } of method.bars) expect(run.metrics).toHaveProperty([metric]);
    for (const value of Object.values(run.metrics)) expect(value).not.toBeNaN();
    // What learning little does not change.
    for (const { metric, atMost = Number.POSITIVE_INFINITY } of method.bars.slice(0, 3))
      expect(run.metrics[metric], metric).toBeLessThanOrEqual(atMost);
    expect(Object.keys(run.figures)).toEqual([
      "facets of 0 or 9",
      "map of 0 or 9",
      "facets of 1 or 8",
      "facets of 2 or 7",
      "facets of 3 or 6",
      "facets of 4 or 5",
      "starts",
      "ResNet-20",
      "SqueezeNet",
    ]);
    expect(Object.keys(run.artifacts)).toEqual(["merged-net.onnx", "judge.onnx"]);
    expect(run.tables.units.rows.length).toBe(5);
  },
  180_000,
);
