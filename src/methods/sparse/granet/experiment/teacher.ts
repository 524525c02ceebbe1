/** @file Part A: a teacher whose wiring is known, and students that are to find it. */

import { type Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { init, type LossContext, momentum, schedule, weights } from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";
import { type SparseFitOptions, sparseFit } from "../index.ts";
import { within } from "./stage.ts";

const inputs = 128;
const outputs = 32;
const batch = 64;
/** Share of the teacher's weights that are not zero, and of the student's in the end. */
const density = 0.05;

interface Student<T> {
  readonly weight: T;
}

type Settings = Pick<
  SparseFitOptions<Student<Tensor>, unknown, unknown>,
  "method" | "initDensity" | "pruneRate" | "growth"
>;

const arms: Readonly<Record<string, Settings>> = {
  GraNet: { method: "granet", initDensity: 0.2 },
  "without regeneration": { method: "granet", initDensity: 0.2, pruneRate: 0 },
  "random growth": { method: "granet", initDensity: 0.2, growth: "random" },
  GMP: { method: "gmp" },
  static: { method: "static" },
};

/** W* [inputs, outputs]: as many entries as its density says are ±(0.5 + |N(0, 1)|), the others 0. */
function teacher(rng: Rng): Tensor {
  const wiring = new Float32Array(inputs * outputs);
  for (const at of rng.permutation(wiring.length).subarray(0, Math.round(density * wiring.length)))
    wiring[at] = (rng.random() < 0.5 ? -1 : 1) * (0.5 + Math.abs(rng.gaussian()));
  return new Tensor("float32", [inputs, outputs], wiring);
}

/** Squared error of the student on what the teacher says of fresh inputs, tanh(x·W*) with noise of deviation 0.05. */
function lossBy(wiring: Tensor) {
  return ({ weight }: Student<Value>, _batch: unknown, { noise }: LossContext<unknown>): Value => {
    const x = noise.normal([batch, inputs]);
    const target = x
      .matmul(wiring)
      .tanh()
      .add(noise.normal([batch, outputs], 0, 0.05));
    return x.matmul(weight).tanh().sub(target).square().sum(1).mean();
  };
}

/** The share of the teacher's connections that the student has, too. */
export function recall(wiring: Tensor, mask: Tensor): number {
  const truth = wiring.numbers();
  const found = mask.numbers().reduce((sum, bit, i) => sum + (bit !== 0 && truth[i] !== 0 ? 1 : 0), 0);
  return found / truth.reduce((sum, weight) => sum + Number(weight !== 0), 0);
}

/** How much of the teachers' wiring each way of becoming sparse finds. */
export async function studyTeachers(
  run: Run,
  { teachers, teacherSteps: steps }: { teachers: number; teacherSteps: number },
) {
  const students: { readonly arm: string; readonly recall: number; readonly explored: number }[] = [];
  for (let t = 1; t <= teachers; t++) {
    const rng = run.rng.split(`teacher ${t}`);
    const wiring = teacher(rng.split("wiring"));
    for (const [name, settings] of Object.entries(arms)) {
      const stage = `teacher ${t}: ${name}`;
      const student = await run.part(stage, async (part) => {
        const result = await sparseFit({
          ...settings,
          ...within(run, part, stage),
          params: init.linear(rng.split("student"), inputs, outputs, { weight: weights.lecun("normal"), bias: false }),
          loss: lossBy(wiring),
          // Inputs and targets are drawn within the loss.
          data: { batch: () => ({}) },
          optimiser: momentum(schedule.cosine(0.02, steps)),
          steps,
          every: Math.max(1, Math.round(steps / 60)),
          finalDensity: density,
          regenerateEnd: 0.75,
          rng,
        });
        return { recall: recall(wiring, result.masks.weight), explored: result.explored };
      });
      students.push({ arm: name, ...student });
    }
  }
  const mean = (arm: string, what: "recall" | "explored") =>
    students.reduce((sum, student) => sum + (student.arm === arm ? student[what] : 0), 0) / teachers;
  run.metric("teacher: recall of GraNet", mean("GraNet", "recall"));
  run.metric("teacher: recall without regeneration", mean("without regeneration", "recall"));
  run.metric("teacher: recall of GMP from dense", mean("GMP", "recall"));
  run.metric("teacher: recall of a static mask", mean("static", "recall"));
  run.metric("teacher: gradient minus random growth", mean("GraNet", "recall") - mean("random growth", "recall"));
  run.table("teacher", {
    caption: `Connections of a teacher of ${inputs} × ${outputs} weights, 5 % of them not zero, that a student with as many connections finds; means over ${teachers} teachers.`,
    columns: ["arm", "recall", "connections ever tried"],
    rows: Object.keys(arms).map((name) => [name, mean(name, "recall"), mean(name, "explored")]),
  });
}
