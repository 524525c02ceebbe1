import { describe, expect, it } from "vitest";
import method from "../methods/memory/active-dendrites/method.ts";
import { memoryRun } from "../methods/testing/memory-run.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

describe.skipIf(mirrored("mnist/train-images-idx3-ubyte.gz") === undefined)("the quick experiment (MNIST)", () => {
  it("finds all figures, reaches the bars that do not depend on its size, and repeats itself", async () => {
    const quick = method.options.parse(method.quick);
    const run = memoryRun(1, dataSource());
    await method.run(quick, run);
    for (const { metric, over, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } of method.bars) {
      expect(run.metrics[metric], metric).toBeTypeOf("number");
      if (over !== "every seed") continue;
      expect(run.metrics[metric], metric).toBeGreaterThanOrEqual(atLeast);
      expect(run.metrics[metric], metric).toBeLessThanOrEqual(atMost);
    }
    expect(Object.values(run.metrics).every(Number.isFinite)).toBe(true);
    expect(Object.keys(run.figures).length).toBe(7);
    expect(Object.keys(run.tables)).toEqual([
      "against the paper",
      "best thresholds",
      "unions",
      "neurons",
      "codes of digits",
    ]);
    expect(Object.keys(run.artifacts).length).toBe(3);
  });
});

it("the snippets of active-dendrites' README do what they say", () => {
  const [sizes, codes] = snippetsOf("src/methods/memory/active-dendrites/README.md");
  expect(runSnippet(sizes)).toContain("best threshold: 8");
  const printed = runSnippet(codes);
  expect(printed).toContain("fires: true, best: 7, overlap: 10");
  expect(printed).toMatch(/as good as \d+ independent cells of 500; recommended: \{\s+s: \d+,\s+theta: \d+/);
  expect(printed).toContain("true [ 300 ]");
});
