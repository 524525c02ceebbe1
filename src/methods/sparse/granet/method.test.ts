import { expect, it } from "vitest";
import { memoryRun } from "../../testing/memory-run.ts";
import { studyTeachers } from "./experiment/teacher.ts";

it("students find the teacher's wiring, and without regeneration they do not", async () => {
  const run = memoryRun(1);
  await studyTeachers(run, { teachers: 1, teacherSteps: 120 });
  expect(run.metrics["teacher: recall of GraNet"]).toBeGreaterThan(0.9);
  expect(run.metrics["teacher: recall without regeneration"]).toBeLessThan(0.3);
  expect(run.metrics["teacher: gradient minus random growth"]).toBeGreaterThan(0.1);
  expect(run.tables.teacher.rows.length).toBe(5);
});
