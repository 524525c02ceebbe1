/** @file Part D, by an option: a small convolutional network on CIFAR-10. */

import { cifar10Images, unpacked } from "../../../../data/index.ts";
import { compile, type Rng, type Tensor, type Value } from "../../../../graph/index.ts";
import {
  accuracyOf,
  addDecayedWeights,
  batches,
  type Conv,
  chain,
  conv,
  crossEntropy,
  globalAveragePool,
  init,
  type Linear,
  linear,
  maxPool,
  momentum,
  schedule,
} from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";
import { sparseFit } from "../index.ts";
import { type Examples, examplesFrom, within } from "./stage.ts";

const density = 0.05;
const trained = 3200;
const channels = [3, 32, 64, 64];

interface Network<T> {
  readonly stages: readonly Conv<T>[];
  readonly head: Linear<T>;
}

const initNetwork = (rng: Rng): Network<Tensor> => ({
  stages: channels.slice(1).map((width, i) => init.conv(rng.split(i), channels[i], width, 3)),
  head: init.linear(rng.split("head"), 64, 10),
});

/** uint8 [batch, 3, 32, 32] → logits [batch, 10] */
function logits({ stages, head }: Network<Value | Tensor>, images: Value): Value {
  const x = images
    .cast("float32")
    .mul(1 / 64)
    .sub(2);
  const features = stages.reduce((h, stage) => maxPool(conv(stage, h, { padding: "same" }).relu(), 2), x);
  return linear(head, globalAveragePool(features).flatten());
}

/** The first 4,000 pictures of CIFAR-10, 3,200 to train and 800 to test: kernels of four axes at 5 % density. */
export async function studyConvolutions(run: Run): Promise<void> {
  const file = "data_batch_1.first4000.bin.gz";
  const all = cifar10Images("cifar10", await unpacked(run.data, "cifar10", file));
  const [train, test] = [examplesFrom(all, 0, trained), examplesFrom(all, trained, all.labels.size)];
  const rng = run.rng.split("convolutions");
  const data = batches(train, { size: 64, rng: rng.split("data") });
  const steps = 16 * data.perEpoch;
  const share = compile((params: Network<Value>, { images, labels }: Examples<Value>) =>
    accuracyOf(logits(params, images), labels),
  );
  const rows: [string, number, number, number][] = [];
  for (const [arm, method] of [
    ["dense", "dense"],
    ["static", "static"],
    ["GraNet", "granet"],
  ] as const) {
    const stage = `convolutions: ${arm}`;
    const { params, flops, explored } = await run.part(stage, (part) =>
      sparseFit<Network<Tensor>, Examples<Tensor>>({
        ...within(run, part, stage),
        method,
        params: initNetwork(rng.split("weights")),
        loss: (p: Network<Value>, { images, labels }: Examples<Value>) => crossEntropy(logits(p, images), labels),
        data,
        optimiser: chain(
          addDecayedWeights({ weightDecay: 5e-4 }),
          momentum(schedule.steps(0.05, { at: [steps / 2, (3 * steps) / 4], factor: 0.1 })),
        ),
        steps,
        every: 20,
        finalDensity: density,
        rng,
      }),
    );
    const accuracy = 100 * (await share(params, test)).item();
    run.metric(`convolutions 5 %: accuracy of ${arm}`, accuracy, { unit: "%" });
    rows.push([arm, accuracy, flops.train / flops.dense.train, explored]);
  }
  await share.release();
  run.table("convolutions", {
    caption: "CIFAR-10, 3,200 training pictures, three convolutions at 5 % density: test accuracy on 800 pictures.",
    columns: ["arm", "accuracy (%)", "training FLOPs", "explored"],
    rows,
  });
}
