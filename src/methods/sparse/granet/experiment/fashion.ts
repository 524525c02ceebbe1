/** @file Part B: Fashion-MNIST at two densities, against what GraNet builds on. */

import { loadImages } from "../../../../data/index.ts";
import { compile, encodeSafetensors, exportOnnx, Tensor, type Value } from "../../../../graph/index.ts";
import {
  accuracyOf,
  addDecayedWeights,
  batches,
  chain,
  crossEntropy,
  type Initialiser,
  init,
  type Mlp,
  mlp,
  momentum,
  schedule,
  weights,
} from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";
import { entriesAt, maskableWeights } from "../../masks.ts";
import { beginning, type SparseFitOptions, type SparseFitResult, sparseFit, trainTo } from "../index.ts";
import { densityAt, timetable } from "../schedules.ts";
import { connectionsFigure, pixelFigure } from "./figures.ts";
import { type Examples, examplesFrom, percent, within } from "./stage.ts";

export const densities = [0.02, 0.005] as const;

export interface FashionOptions {
  readonly epochs: number;
  readonly trainImages: number;
  readonly testImages: number;
  readonly every: number;
}

type Params<T> = Mlp<T>;

/** What is learned, how, and how well. */
export type FashionTask = Awaited<ReturnType<typeof fashionTask>>;

/** How the authors' code begins this very network: PyTorch's way, with a sixth of the variance that He's has. */
const weight: Initialiser = (rng, shape, fans) => weights.uniform(1 / Math.sqrt(fans.inputs))(rng, shape, fans);

export async function fashionTask(run: Run, { epochs, trainImages, testImages }: FashionOptions) {
  const [train, test] = [
    examplesFrom(await loadImages(run.data, "fashion-mnist", "train"), 0, trainImages),
    examplesFrom(await loadImages(run.data, "fashion-mnist", "test"), 0, testImages),
  ];
  const rng = run.rng.split("fashion");
  const data = batches(train, { size: 128, rng: rng.split("data") });
  const steps = epochs * data.perEpoch;
  // The authors' code standardises pixels, too.
  const { mean, deviation } = spreadOf(train.images);
  /** uint8 [batch, 28, 28] → logits [batch, 10] */
  const network = (params: Params<Value | Tensor>, images: Value): Value => {
    const pixels = images
      .cast("float32")
      .sub(mean)
      .mul(1 / deviation);
    return mlp(params, pixels.reshape([-1, 784]));
  };
  const share = compile((params: Params<Value>, { images, labels }: Examples<Value>) =>
    accuracyOf(network(params, images), labels),
  );
  return {
    rng,
    data,
    steps,
    network,
    params: init.mlp(rng.split("weights"), [784, 300, 100, 10], { weight }),
    loss: (params: Params<Value>, { images, labels }: Examples<Value>) => crossEntropy(network(params, images), labels),
    // The rate falls to a tenth after half of training, and again after three quarters.
    optimiser: chain(
      addDecayedWeights({ weightDecay: 5e-4 }),
      momentum(schedule.steps(0.1, { at: [steps / 2, (3 * steps) / 4], factor: 0.1 })),
    ),
    /** On the test images, in %. */
    accuracy: async (params: Params<Tensor>) => 100 * (await share(params, test)).item(),
    release: () => share.release(),
  };
}

function spreadOf({ data }: Tensor): { readonly mean: number; readonly deviation: number } {
  let [sum, squares] = [0, 0];
  for (const value of data as Uint8Array) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / data.length;
  return { mean, deviation: Math.sqrt(squares / data.length - mean ** 2) };
}

/** Moments of dense training after each quarter of the epochs, and after one more: 0, ¼, …, 1, 1¼. */
export async function denseTraining(run: Run, task: FashionTask) {
  const moments = [beginning(task.params, {}, task)];
  for (let quarter = 1; quarter <= 5; quarter++) {
    const stage = `fashion: dense, quarter ${quarter}`;
    const from = moments[quarter - 1];
    moments.push(
      await run.part(stage, (part) =>
        trainTo({ ...task, ...within(run, part, stage) }, from, (quarter * task.steps) / 4),
      ),
    );
  }
  return moments;
}

type Settings = Pick<SparseFitOptions<Params<Tensor>, unknown, unknown>, "method" | "initDensity" | "pruneRate">;

const arms: Readonly<Record<string, Settings>> = {
  static: { method: "static" },
  SNIP: { method: "snip" },
  RigL: { method: "rigl" },
  GMP: { method: "gmp" },
  GraNet: { method: "granet", initDensity: 0.5 },
  "GraNet from dense": { method: "granet", initDensity: 1 },
  "GraNet without regeneration": { method: "granet", initDensity: 0.5, pruneRate: 0 },
};

interface Outcome {
  readonly accuracy: number;
  readonly explored: number;
  /** Parts of what dense training and inference cost. */
  readonly train: number;
  readonly inference: number;
}

type Sparse = SparseFitResult<Params<Tensor>, Record<string, never>>;

/** How accurate networks become by each way of becoming sparse. @param dense the accuracy without masks */
export async function studyFashion(run: Run, options: FashionOptions, task: FashionTask, dense: number): Promise<void> {
  run.metric("dense: accuracy", dense, { unit: "%" });
  const outcomes: { arm: string; density: number; outcome: Outcome }[] = [];
  let [offSchedule, outside] = [0, 0];
  for (const density of densities) {
    for (const [arm, settings] of Object.entries(arms)) {
      const stage = `fashion ${percent(density)}: ${arm}`;
      const result: Sparse = await run.part(stage, (part) =>
        sparseFit({
          ...task,
          ...settings,
          ...within(run, part, stage),
          finalDensity: density,
          every: options.every,
          rng: task.rng,
        }),
      );
      const { flops, explored } = result;
      const outcome = {
        accuracy: await task.accuracy(result.params),
        explored,
        train: flops.train / flops.dense.train,
        inference: flops.inference / flops.dense.inference,
      };
      outcomes.push({ arm, density, outcome });
      outside += weightsOutside(result);
      if (settings.method === "granet")
        offSchedule += updatesOff(result, settings.initDensity ?? 0.5, density, task, options);
      if (arm === "GraNet" && density === densities[0]) await show(run, task, result);
    }
  }
  run.metric("updates whose count is not the schedule's", offSchedule);
  run.metric("weights outside the masks that are not zero", outside);
  report(run, outcomes, dense);
}

function report(
  run: Run,
  outcomes: readonly { arm: string; density: number; outcome: Outcome }[],
  dense: number,
): void {
  for (const density of densities) {
    const name = percent(density);
    const of = Object.fromEntries(
      outcomes.filter((each) => each.density === density).map(({ arm, outcome }) => [arm, outcome]),
    );
    for (const [arm, { accuracy }] of Object.entries(of))
      run.metric(`${name}: accuracy of ${arm}`, accuracy, { unit: "%" });
    const points = { unit: "points" };
    for (const arm of ["static", "SNIP", "RigL", "GMP", "GraNet without regeneration"])
      run.metric(`${name}: GraNet minus ${arm}`, of.GraNet.accuracy - of[arm].accuracy, points);
    run.metric(`${name}: dense minus GraNet`, dense - of.GraNet.accuracy, points);
    run.metric(`${name}: training FLOPs of GraNet, share of dense`, of.GraNet.train);
    run.metric(`${name}: explored by GraNet`, of.GraNet.explored);
    run.metric(`${name}: explored by static, off its density`, Math.abs(of.static.explored - density));
    run.metric(`${name}: explored without regeneration`, of["GraNet without regeneration"].explored);
  }
  run.table("fashion", {
    caption:
      "Fashion-MNIST, a perceptron 784-300-100-10: test accuracy, cost as a share of dense training and inference, and connections ever tried.",
    columns: ["arm", "density", "accuracy (%)", "training FLOPs", "inference FLOPs", "explored"],
    rows: [
      ["dense", 1, dense, 1, 1, 1],
      ...outcomes.map(({ arm, density, outcome }) => [
        arm,
        density,
        outcome.accuracy,
        outcome.train,
        outcome.inference,
        outcome.explored,
      ]),
    ],
  });
}

/** How many weights are not zero where the mask is. */
function weightsOutside({ params, masks }: Sparse): number {
  return params.reduce((sum, { weight }, l) => {
    const bits = masks[`${l}/weight`].numbers();
    return sum + weight.numbers().reduce((count, value, i) => count + Number(bits[i] === 0 && value !== 0), 0);
  }, 0);
}

/** Updates after which there are not ⌊d(t)·N⌋ connections. */
function updatesOff(
  { history }: Sparse,
  initial: number,
  final: number,
  { steps, params }: FashionTask,
  { every }: FashionOptions,
): number {
  const total = maskableWeights(params).reduce((sum, { size }) => sum + size, 0);
  const table = timetable(steps, every, 0.5, 1);
  return history.filter(
    ({ step, density }) => Math.round(density * total) !== entriesAt(densityAt(step, initial, final, table), total),
  ).length;
}

/** The network as files and pictures. */
async function show(run: Run, { network }: FashionTask, { params, masks, history }: Sparse): Promise<void> {
  run.figure("connections", connectionsFigure(history));
  run.figure("pixels", pixelFigure(masks["0/weight"]));
  const file = exportOnnx((images: Value) => network(params, images), [Tensor.zeros([1, 28, 28], "uint8")], {
    names: ["images"],
    batch: { name: "N", arguments: [0] },
  });
  await run.artifact("granet.onnx", file);
  await run.artifact("granet-masks.safetensors", encodeSafetensors({ ...masks }));
}
