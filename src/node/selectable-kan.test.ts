import { expect, it } from "vitest";
import { memoryRun } from "../methods/testing/memory-run.ts";
import method from "../methods/units/selectable-kan/method.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the README's program prints what it says", () => {
  const printed = runSnippet(snippetsOf("src/methods/units/selectable-kan/README.md").join("\n")).trim().split("\n");
  expect(printed).toEqual([
    "111 numbers before, 18 after",
    expect.stringMatching(/^[a-z]+$/),
    expect.stringMatching(/^angle: .*sin\(.* \(R² (0\.9\d|1\.00)\)$/),
    expect.stringMatching(/^distance: .* \(R² (0\.9\d|1\.00)\)$/),
    "true",
    "[ 'steps', 'fourier', 'bspline' ]",
  ]);
});

it.skipIf(mirrored("mnist") === undefined || mirrored("fashion-mnist") === undefined)(
  "the quick experiment finds what the bars ask for",
  async () => {
    const run = memoryRun(1, dataSource());
    await method.run(method.options.parse(method.quick), run);
    for (const { metric } of method.bars) expect(run.metrics).toHaveProperty([metric]);
    for (const value of Object.values(run.metrics)) expect(value).not.toBeNaN();
    expect(run.metrics["spaces in the exported network that were not chosen"]).toBe(0);
    expect(run.metrics["exported numbers minus those of the formula"]).toBe(0);
    expect(Object.keys(run.figures)).toEqual(["network 1", "gates 1", "network 2", "gates 2", "errors"]);
    expect(run.tables.errors.rows.length).toBe(13);
    expect(run.tables.pictures.rows.length).toBe(20);
  },
  180_000,
);
