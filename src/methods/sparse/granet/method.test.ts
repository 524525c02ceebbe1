import { expect, it } from "vitest";
import { dataSource } from "../../../node/data-source.ts";
import { mirrored } from "../../../node/testing/mirror.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import { studyTeachers } from "./experiment/teacher.ts";
import method from "./method.ts";

it("students find the teacher's wiring, and without regeneration they do not", async () => {
  const run = memoryRun(1);
  await studyTeachers(run, { teachers: 1, teacherSteps: 120 });
  expect(run.metrics["teacher: recall of GraNet"]).toBeGreaterThan(0.9);
  expect(run.metrics["teacher: recall without regeneration"]).toBeLessThan(0.3);
  expect(run.metrics["teacher: gradient minus random growth"]).toBeGreaterThan(0.1);
  expect(run.tables.teacher.rows.length).toBe(5);
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
