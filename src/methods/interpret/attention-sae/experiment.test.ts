import { expect, it } from "vitest";
import { dataSource } from "../../../node/data-source.ts";
import { mirrored } from "../../../node/testing/mirror.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import method from "./method.ts";

it.skipIf(mirrored("stories260K/stories260K.bin") === undefined)(
  "the experiment gives all that its bars ask for",
  async () => {
    const run = memoryRun(1, dataSource());
    await method.run(method.options.parse(method.quick), run);
    for (const { metric } of method.bars)
      expect([metric, Number.isFinite(run.metrics[metric])]).toEqual([metric, true]);
    for (const identity of [
      "attribution: largest relative error of its sums",
      "loss: gradient against finite differences",
    ])
      expect(run.metrics[identity]).toBeLessThan(1e-4);
    expect(Object.keys(run.figures)).toEqual([
      "a feature of induction",
      "a feature of induction against its token",
      "a feature of head 0 of stories260K",
      "a feature of head 1 of stories260K",
      "a feature of head 2 of stories260K",
      "sweep",
    ]);
    expect(Object.keys(run.artifacts).length).toBe(3);
  },
);
