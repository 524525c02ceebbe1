import { describe, expect, it } from "vitest";
import { dataSource } from "../../../node/data-sets.ts";
import { mirrored } from "../../../node/testing/mirror.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import method from "./method.ts";

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
