import { expect, it } from "vitest";
import { dataSource } from "../../../node/data-source.ts";
import { mirrored } from "../../../node/testing/mirror.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import method from "./method.ts";

it.skipIf(["code-tasks", "multi30k", "e2e-nlg", "scan", "stories260K", "tinystories"].some((set) => !mirrored(set)))(
  "the experiment gives all that its bars ask for",
  async () => {
    const run = memoryRun(1, dataSource());
    await method.run(method.options.parse(method.quick), run);
    for (const { metric } of method.bars)
      expect([metric, Number.isFinite(run.metrics[metric])]).toEqual([metric, true]);
    for (const { metric, over, atMost = 0 } of method.bars)
      if (over === "every seed") expect([metric, run.metrics[metric] <= atMost]).toEqual([metric, true]);
    expect(Object.keys(run.figures)).toEqual([
      "neurons by function",
      "perturbation",
      "masking",
      "loss against neurons run",
      "perturbation of stories260K",
    ]);
    expect(Object.keys(run.artifacts)).toEqual(["French.brick.safetensors", "Czech.brick.safetensors"]);
  },
);
