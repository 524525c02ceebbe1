import { expect, it } from "vitest";
import method from "../methods/interpret/convergent-learning/method.ts";
import { memoryRun } from "../methods/testing/memory-run.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the README's program prints what it says", () => {
  const [snippet] = snippetsOf("src/methods/interpret/convergent-learning/README.md");
  expect(runSnippet(snippet).trim().split("\n")).toEqual([
    "[]",
    expect.stringMatching(/^gap 0\.\d\d$/),
    // Where a unit that starts anew needs a partner, another may have to give up its own.
    expect.stringMatching(/^0 1 2 3 4 5 6 7( \d+)* \[\]$/),
    "true 1",
    "12 11",
    "true",
    expect.stringMatching(/^\[ 'conv2\/Relu 1.00', 'conv3\/Relu 0.\d\d' \] \[\]$/),
  ]);
});

const sets = ["cifar10/train.jpeg6000.bin.gz", "resnet-cifar10/resnet56.onnx"];
it.skipIf(sets.some((path) => mirrored(path) === undefined))(
  "the quick experiment finds what the bars ask for",
  async () => {
    const run = memoryRun(1, dataSource());
    await method.run(method.options.parse(method.quick), run);
    for (const { metric } of method.bars) expect(run.metrics).toHaveProperty([metric]);
    for (const value of Object.values(run.metrics)) expect(value).not.toBeNaN();
    for (const { metric, over, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } of method.bars) {
      if (over !== "every seed") continue;
      expect(run.metrics[metric], metric).toBeGreaterThanOrEqual(atLeast);
      expect(run.metrics[metric], metric).toBeLessThanOrEqual(atMost);
    }
    expect(Object.keys(run.figures)).toEqual([
      "alignment",
      "scores",
      "sparse prediction",
      "clusters",
      "partners",
      "ResNets",
    ]);
    expect(Object.keys(run.artifacts)).toEqual(["net-1.onnx", "net-2.onnx"]);
  },
  120_000,
);
