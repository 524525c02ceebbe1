import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { prunableWeights, prune } from "../methods/sparse/granet/index.ts";
import method from "../methods/sparse/granet/method.ts";
import { memoryRun } from "../methods/testing/memory-run.ts";
import { Model } from "../probe/index.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the README's program prints what it says", () => {
  const [snippet] = snippetsOf("src/methods/sparse/granet/README.md");
  expect(runSnippet(snippet).trim().split("\n")).toEqual([
    "density 0.050",
    expect.stringMatching(/^training took \d+ % of the dense FLOPs$/),
    "[ 0, 7, 21 ]",
    "updates of the masks: 80",
    "true",
    "[ '100: 0', '100: 0.3', '700: 0', '700: 0.3' ]",
  ]);
});

const squeezenet = mirrored("squeezenet1.1/squeezenet1.1.onnx");
it.skipIf(squeezenet === undefined)("SqueezeNet pruned at once: 26 kernels, half of the weights", async () => {
  const model = Model.open(await readFile(squeezenet ?? ""));
  const weights = prunableWeights(model);
  expect(weights.length).toBe(26);
  const pruned = prune(model, { density: 0.5 });
  const total = weights.reduce((sum, { tensor }) => sum + tensor.size, 0);
  const zeros = weights.map(({ name }) => pruned.imported.params[name].numbers().filter((value) => value === 0).length);
  expect(zeros.reduce((a, b) => a + b)).toBe(total - Math.floor(total / 2));
  expect(pruned.bytes().length).toBe(model.bytes().length);
});

it.skipIf(mirrored("fashion-mnist") === undefined)(
  "the quick experiment finds what the bars ask for",
  async () => {
    const run = memoryRun(1, dataSource());
    await method.run(method.options.parse(method.quick), run);
    for (const { metric } of method.bars) expect(run.metrics).toHaveProperty([metric]);
    for (const value of Object.values(run.metrics)) expect(value).not.toBeNaN();
    expect(run.metrics["updates whose count is not the schedule's"]).toBe(0);
    expect(run.metrics["weights outside the masks that are not zero"]).toBe(0);
    expect(Object.keys(run.figures)).toEqual(["connections", "pixels", "plasticity"]);
    expect(Object.keys(run.artifacts)).toEqual(["granet.onnx", "granet-masks.safetensors"]);
    expect(run.tables.fashion.rows.length).toBe(15);
    expect(run.tables.plasticity.rows.length).toBe(20);
  },
  120_000,
);
