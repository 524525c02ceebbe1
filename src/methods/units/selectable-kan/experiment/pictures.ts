/** @file Part B: MNIST and Fashion-MNIST by convolutional networks that select, of one space, and of none. */

import { loadImages } from "../../../../data/index.ts";
import { compile, type Rng, type Tensor, type Value } from "../../../../graph/index.ts";
import {
  accuracyOf,
  adam,
  batches,
  type Conv,
  conv,
  crossEntropy,
  fit,
  init,
  type Linear,
  linear,
  takeRows,
} from "../../../../nn/index.ts";
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
import { baselineRate } from "./baseline-rate.ts";

export const pictureSets = ["mnist", "fashion-mnist"] as const;

export interface PictureOptions {
  readonly trainImages: number;
  readonly testImages: number;
  readonly epochs: number;
}

export const pictureArms = { selecting: "S-ConvKAN", plain: "CNN" } as const;

/** One network on one set. */
export interface PictureResult {
  readonly set: string;
  readonly model: string;
  /** On the test images, 0 to 1. */
  readonly accuracy: number;
  readonly parameters: number;
  readonly chosen: readonly Choice[];
}

interface Head<T> {
  readonly head: Linear<T>;
}

const batch = 64;
const channels = [1, 4, 8] as const;
/** 28 → 13 → 6 by kernels of 3 and strides of 2. */
const side = 6;

/** [batch, 28, 28] of bytes → [batch, 1, 28, 28] within [−1, 1] */
const pixels = (images: Value): Value => images.cast("float32").mul(2 / 255).sub(1).unsqueeze(1);

/** 1 → 4 → 8 channels and a linear head. The second layer's inputs are brought into the range of splines by tanh. */
function convKan(rng: Rng, pool?: readonly SpaceName[]): SelectableModel<Head<Tensor>> {
  const layer = (l: number) => selectableConv(rng.split(l), channels[l], channels[l + 1], 3, { stride: 2, pool });
  const head = init.linear(rng.split("head"), channels[2] * side ** 2, 10);
  return selectableModel([layer(0), layer(1)], { head }, ([first, second], x, rest) =>
    linear(rest.head, second(first(pixels(x)).tanh()).tanh().flatten()),
  );
}

interface PictureData {
  readonly train: { readonly x: Tensor; readonly y: Tensor };
  readonly test: { readonly x: Tensor; readonly y: Tensor };
  readonly steps: number;
}

async function pictureData(run: Run, set: string, options: PictureOptions): Promise<PictureData> {
  const first = async (split: "train" | "test", count: number) => {
    const { images, labels } = await loadImages(run.data, set, split);
    const rows = Array.from({ length: Math.min(count, labels.size) }, (_, i) => i);
    return { x: takeRows(images, rows), y: takeRows(labels, rows) };
  };
  const train = await first("train", options.trainImages);
  const steps = options.epochs * Math.floor(train.y.size / batch);
  return { train, test: await first("test", options.testImages), steps };
}

export async function learnPictures(run: Run, options: PictureOptions): Promise<PictureResult[]> {
  const results: PictureResult[] = [];
  for (const set of pictureSets) {
    const data = await pictureData(run, set, options);
    const rng = run.rng.split(set);
    const of = (stage: string, part: Part) => ({
      steps: data.steps,
      batch,
      loss: "crossEntropy" as const,
      rng: rng.split("batches"),
      compile: run.compile,
      signal: run.signal,
      checkpoint: part.checkpoint,
      onStep: ({ step, steps }: { readonly step: number; readonly steps: number }) =>
        run.progress(stage, step, steps, "steps"),
    });
    const learned = async (name: string, keep: number, pool?: readonly SpaceName[]) => {
      const initial = convKan(rng.split("weights"), pool);
      const whole = `${set}: ${name}, all spaces`;
      const { params } = await run.part(whole, async (part) => (await trainSpaces(initial, data.train, of(whole, part))).model);
      const trained = { ...initial, params, stage: "trained" } as const;
      const chosen = await run.part(`${set}: ${name}, selection`, async () =>
        select(await contributions(trained, data.train.x, { batch: 4 * batch, compile: run.compile }), keep),
      );
      const pruned = prune(trained, chosen);
      const tuning = `${set}: ${name}, pruned`;
      const tuned = await run.part(tuning, async (part) => {
        const model = await fineTune(pruned, data.train, of(tuning, part));
        return { params: model.params };
      });
      const model = { ...pruned, ...tuned };
      const accuracy = await accuracyOn(run, data.test, (x) => applyModel(model, x));
      const result = { set, model: name, accuracy, parameters: parameterCount(model), chosen };
      results.push(result);
      return result;
    };
    const { parameters } = await learned(pictureArms.selecting, 2);
    for (const space of spaceNames) await learned(space, 1, [space]);
    const plain = `${set}: ${pictureArms.plain}`;
    results.push({ ...(await run.part(plain, (part) => plainNetwork(run, rng.split("plain"), data, parameters, of(plain, part)))), set });
  }
  return results;
}

interface Plain<T> {
  readonly convolutions: readonly Conv<T>[];
  readonly head: Linear<T>;
}

/** A convolutional network with ReLU, 1 → c → 2c channels, as many of them as come closest to the number of parameters. */
async function plainNetwork(run: Run, rng: Rng, { train, test }: PictureData, parameters: number, options: Parameters<typeof trainSpaces>[2] & { readonly steps: number }) {
  const size = (c: number) => c * 10 + 2 * c * (9 * c + 1) + 10 * (2 * c * side ** 2 + 1);
  const c = Array.from({ length: 40 }, (_, i) => i + 1).reduce((best, each) =>
    Math.abs(size(each) - parameters) < Math.abs(size(best) - parameters) ? each : best,
  );
  const network = (p: Plain<Value | Tensor>, x: Value) =>
    linear(p.head, p.convolutions.reduce((h, layer) => conv(layer, h, { stride: 2 }).relu(), pixels(x)).flatten());
  const { params } = await fit<Plain<Tensor>, PictureData["train"]>({
    ...options,
    params: {
      convolutions: [init.conv(rng.split(0), 1, c, 3), init.conv(rng.split(1), c, 2 * c, 3)],
      head: init.linear(rng.split("head"), 2 * c * side ** 2, 10),
    },
    loss: (p, { x, y }) => crossEntropy(network(p, x), y),
    data: batches(train, { size: batch, rng: rng.split("batches") }),
    optimiser: adam(baselineRate(options.steps)),
  });
  return {
    model: pictureArms.plain,
    accuracy: await accuracyOn(run, test, (x) => network(params, x)),
    parameters: size(c),
    chosen: [],
  };
}

async function accuracyOn(run: Run, { x, y }: PictureData["test"], logits: (x: Value) => Value): Promise<number> {
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
    run.metric(`${set}: accuracy of S-ConvKAN`, accuracy(pictureArms.selecting));
    run.metric(`${set}: accuracy of CNN with equal parameters`, accuracy(pictureArms.plain));
    run.metric(`${set}: S-ConvKAN minus mean of single spaces`, accuracy(pictureArms.selecting) - singles);
  }
  run.table("pictures", {
    caption: "Test accuracy of convolutional networks 1 → 4 → 8 channels with a linear head, and of a plain one with as many parameters.",
    columns: ["set", "model", "accuracy", "parameters", "spaces chosen"],
    rows: results.map(({ set, model, accuracy, parameters, chosen }) => [set, model, accuracy, parameters, tally(chosen)]),
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
