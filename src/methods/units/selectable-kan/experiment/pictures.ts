/** @file Part B: MNIST and Fashion-MNIST by convolutional networks that select, of one space, and of none. */

import { compile, leavesOf, type Rng, sizeOf, type Tensor, type Value } from "../../../../graph/index.ts";
import { accuracyOf, init, type Linear, linear } from "../../../../nn/index.ts";
import type { Part, Run } from "../../../run.ts";
import {
  applyModel,
  type Choice,
  contributions,
  fineTune,
  parameterCount,
  prune,
  type SelectableModel,
  select,
  selectableConv,
  selectableModel,
  trainSpaces,
} from "../index.ts";
import { type SpaceName, spaceNames } from "../spaces/index.ts";
import { firstImages, firstOf, type LabelledBytes, pixels } from "./images.ts";
import { initPlain, plainLogits, trainPlain } from "./plain-network.ts";

export const pictureSets = ["mnist", "fashion-mnist"] as const;

export interface PictureOptions {
  readonly trainImages: number;
  readonly testImages: number;
  readonly epochs: number;
  /** Adam's learning rate, of all networks. */
  readonly pictureRate: number;
}

export const pictureArms = { selecting: "S-ConvKAN", one: "S-ConvKAN with 1 space", plain: "CNN" } as const;

/** One network on one set. */
export interface PictureResult {
  readonly set: string;
  readonly model: string;
  /** On the test images, 0 to 1. */
  readonly accuracy: number;
  readonly parameters: number;
  readonly chosen: readonly Choice[];
}

/** One set of pictures, and how it is learned. */
interface Task {
  readonly set: string;
  readonly train: LabelledBytes;
  readonly test: LabelledBytes;
  readonly steps: number;
  readonly rate: number;
  readonly rng: Rng;
}

const batch = 64;
/** Training images that contributions are measured on. */
const measured = 1024;
const channels = [1, 4, 8] as const;
/** 28 → 13 → 6 by kernels of 3 and strides of 2. */
const side = 6;

interface Head<T> {
  readonly head: Linear<T>;
}

/** 1 → 4 → 8 channels and a linear head. What goes into the second layer is brought into the range of splines by tanh. */
function convKan(rng: Rng, pool?: readonly SpaceName[]): SelectableModel<Head<Tensor>> {
  const layer = (l: number) => selectableConv(rng.split(l), channels[l], channels[l + 1], 3, { stride: 2, pool });
  const head = init.linear(rng.split("head"), channels[2] * side ** 2, 10);
  return selectableModel([layer(0), layer(1)], { head }, ([first, second], x, rest) =>
    linear(rest.head, second(first(pixels(x)).tanh()).flatten()),
  );
}

export async function learnPictures(run: Run, options: PictureOptions): Promise<PictureResult[]> {
  const results: PictureResult[] = [];
  for (const set of pictureSets) {
    const train = await firstImages(run, set, "train", options.trainImages);
    const test = await firstImages(run, set, "test", options.testImages);
    const steps = options.epochs * Math.floor(train.y.size / batch);
    const task = { set, train, test, steps, rate: options.pictureRate, rng: run.rng.split(set) };
    const selecting = await learnConvKans(run, task, [
      { name: pictureArms.selecting, keep: 2 },
      { name: pictureArms.one, keep: 1 },
    ]);
    results.push(...selecting);
    for (const space of spaceNames)
      results.push(...(await learnConvKans(run, task, [{ name: space, keep: 1 }], [space])));
    results.push(await learnPlain(run, task, selecting[0].parameters));
  }
  return results;
}

/** What training takes from the run and its part. */
const within = (run: Run, part: Part, { steps, rate, rng }: Task, stage: string) => ({
  steps,
  batch,
  rate,
  loss: "crossEntropy" as const,
  rng: rng.split("batches"),
  compile: run.compile,
  signal: run.signal,
  checkpoint: part.checkpoint,
  onStep: (at: { readonly step: number; readonly steps: number }) => run.progress(stage, at.step, at.steps, "steps"),
});

interface Arm {
  readonly name: string;
  /** Spaces that each node keeps. */
  readonly keep: number;
}

/**
 * Trains a network of all spaces of the pool, from which each arm selects, prunes and tunes its own; a part for each training, so that each
 * has its checkpoint.
 */
async function learnConvKans(
  run: Run,
  task: Task,
  arms: readonly Arm[],
  pool?: readonly SpaceName[],
): Promise<PictureResult[]> {
  const { set, train } = task;
  const initial = convKan(task.rng.split("weights"), pool);
  const { params, contributed } = await run.part(`${set}: ${arms[0].name}, spaces`, async (part) => {
    const { model } = await trainSpaces(initial, train, within(run, part, task, `${set}: ${arms[0].name}, spaces`));
    const { x } = firstOf(train, measured);
    return { params: model.params, contributed: await contributions(model, x, { batch, compile: run.compile }) };
  });
  const results: PictureResult[] = [];
  for (const { name, keep } of arms) {
    const chosen = select(contributed, keep);
    const pruned = prune({ ...initial, params, stage: "trained" }, chosen);
    const tuned = await run.part(`${set}: ${name}, pruned`, async (part) => {
      const { params: last } = await fineTune(pruned, train, within(run, part, task, `${set}: ${name}`));
      return { params: last };
    });
    const model = { ...pruned, ...tuned };
    const accuracy = await accuracyOn(run, task.test, (x) => applyModel(model, x));
    results.push({ set, model: name, accuracy, parameters: parameterCount(model), chosen });
  }
  return results;
}

async function learnPlain(run: Run, task: Task, parameters: number): Promise<PictureResult> {
  const model = pictureArms.plain;
  const stage = `${task.set}: ${model}`;
  const rng = task.rng.split(model);
  const initial = initPlain(rng, parameters, side);
  const params = await run.part(stage, (part) => trainPlain(rng, initial, task.train, within(run, part, task, stage)));
  const accuracy = await accuracyOn(run, task.test, (x) => plainLogits(params, x));
  const size = leavesOf(params).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { set: task.set, model, accuracy, parameters: size, chosen: [] };
}

async function accuracyOn(run: Run, { x, y }: LabelledBytes, logits: (x: Value) => Value): Promise<number> {
  const share = compile((images: Value, labels: Value) => accuracyOf(logits(images), labels), run.compile);
  const result = await share(x, y);
  await share.release();
  return result.item();
}

export function reportPictures(run: Run, results: readonly PictureResult[]): void {
  for (const set of pictureSets) {
    const of = results.filter((result) => result.set === set);
    const accuracy = (model: string) => of.find((result) => result.model === model)?.accuracy ?? Number.NaN;
    const singles = spaceNames.reduce((sum, name) => sum + accuracy(name), 0) / spaceNames.length;
    for (const arm of [pictureArms.selecting, pictureArms.one]) run.metric(`${set}: accuracy of ${arm}`, accuracy(arm));
    run.metric(`${set}: accuracy of a CNN with as many parameters`, accuracy(pictureArms.plain));
    for (const arm of [pictureArms.selecting, pictureArms.one])
      run.metric(`${set}: ${arm} minus mean of single spaces`, accuracy(arm) - singles);
  }
  run.table("pictures", {
    caption:
      "Test accuracy of convolutional networks 1 → 4 → 8 channels with a linear head, and of a plain one with as many parameters.",
    columns: ["set", "model", "accuracy", "parameters", "spaces chosen"],
    rows: results.map(({ set, model, accuracy, parameters, chosen }) => [
      set,
      model,
      accuracy,
      parameters,
      tally(chosen),
    ]),
  });
}

/** How often each space was chosen: "rbf 5, relu 3". */
function tally(chosen: readonly Choice[]): string {
  const names = chosen.flatMap(({ spaces }) => spaces.map(({ name }) => name));
  return spaceNames
    .map((space) => ({ space, times: names.filter((name) => name === space).length }))
    .filter(({ times }) => times > 0)
    .map(({ space, times }) => `${space} ${times}`)
    .join(", ");
}
