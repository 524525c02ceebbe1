import { expect, it } from "vitest";
import method from "../methods/spiking/learned-delays/method.ts";
import { memoryRun } from "../methods/testing/memory-run.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

const printed = (page: string) => runSnippet(snippetsOf(page).join("\n")).trim().split("\n");

it("methods/spiking", () => {
  expect(printed("src/methods/spiking/README.md")).toEqual(["[ 5, 3 ]", "[ 8, 16 ]", "[ 6, 3 ]"]);
});

it("methods/spiking/learned-delays", () => {
  expect(printed("src/methods/spiking/learned-delays/README.md")).toEqual(["true", "true", "80 true", "true"]);
});

it.skipIf(mirrored("spoken-digits") === undefined)(
  "the quick experiment of learned delays finds all that it promises",
  async () => {
    const run = memoryRun(1, dataSource());
    await method.run(method.options.parse(method.quick), run);
    for (const { metric } of method.bars) expect(run.metrics[metric], metric).toBeTypeOf("number");
    for (const { metric, over } of method.bars.filter((bar) => bar.over === "every seed")) {
      const { atLeast = -Infinity, atMost = Infinity } = method.bars.find((bar) => bar.metric === metric) ?? {};
      expect(run.metrics[metric], `${metric}, ${over}`).toBeGreaterThanOrEqual(atLeast);
      expect(run.metrics[metric], metric).toBeLessThanOrEqual(atMost);
    }
    expect(Object.keys(run.figures)).toEqual(["learning", "delays", "synapses", "coincidences"]);
    expect(Object.keys(run.artifacts)).toEqual(["learned-delays.nir"]);
  },
);
