import { expect, it } from "vitest";
import method from "../methods/interpret/milan/method.ts";
import { memoryRun } from "../methods/testing/memory-run.ts";
import { hasBuiltinCaptioner } from "./captioner.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it.skipIf(!(await hasBuiltinCaptioner()))("the README's program prints what it says", () => {
  const [snippet] = snippetsOf("src/methods/interpret/milan/README.md");
  expect(runSnippet(snippet).trim().split("\n")).toEqual([
    "15 true",
    "true",
    "layer,unit,description,pmi,logp,dead",
    "39",
    "0 true",
  ]);
});

const present = ["squeezenet1.1/squeezenet1.1.onnx", "emojione-2.2.7/png.tar.gz", "cifar10", "resnet-cifar10"].every(
  (path) => mirrored(path) !== undefined,
);

it.skipIf(!present)(
  "the quick experiment finds what the bars ask for, and what must hold holds",
  async () => {
    const run = memoryRun(1, dataSource());
    await method.run(method.options.parse(method.quick), run);
    for (const { metric } of method.bars) expect(run.metrics).toHaveProperty([metric]);
    for (const value of Object.values(run.metrics)) expect(value).not.toBeNaN();
    for (const { metric, over, atMost, atLeast } of method.bars) {
      if (over !== "every seed") continue;
      if (atMost !== undefined) expect([metric, run.metrics[metric] <= atMost]).toEqual([metric, true]);
      if (atLeast !== undefined) expect([metric, run.metrics[metric] >= atLeast]).toEqual([metric, true]);
    }
    expect(Object.keys(run.artifacts)).toEqual(expect.arrayContaining(["captioner.safetensors", "shapes.onnx"]));
    expect(run.artifacts["captioner.safetensors"].length).toBeLessThan(2e6);
  },
  300_000,
);
