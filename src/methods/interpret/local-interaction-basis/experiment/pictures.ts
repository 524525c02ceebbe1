/** @file Part C: an MLP of pictures. */

import { loadImages } from "../../../../data/index.ts";
import { exportOnnx, Rng, scope, Tensor, type Value } from "../../../../graph/index.ts";
import { adam, batches, crossEntropy, fit, init, type Linear, linear, takeRows } from "../../../../nn/index.ts";
import { Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { accuracyAt, type Batch, type LibLayer, scoreOf } from "../index.ts";
import { type InAllBases, inAllBases, type Subject } from "./measure.ts";
import type { Options } from "./options.ts";

interface Mlp<T> {
  readonly first: Linear<T>;
  readonly second: Linear<T>;
  readonly head: Linear<T>;
}

export interface PictureNetwork extends InAllBases {
  readonly accuracy: number;
  /** Directions of the last hidden layer above 1e-8 times the first, the constant one aside. */
  readonly relevant: Readonly<Record<"lib" | "pca", number>>;
}

const pixels = 3 * 32 * 32;
const tolerance = 0.01;
const least = 1e-8;
const kept = [1, 2, 3, 5, 7, 9, 12, 16, 24, 34, 48, 70, 101];
const nodes = ["first/Relu", "second/Relu", "logits"] as const;

/** uint8 [N, 3, 32, 32] → float32 [N, 3072] from −2 to 2 */
function flattened(images: Tensor): Tensor {
  const values = Float32Array.from(images.data as Uint8Array, (value) => (value - 127.5) / 63.75);
  return new Tensor("float32", [images.shape[0], pixels], values);
}

function mlp(p: Mlp<Value | Tensor>, x: Value): Value {
  const first = scope("first", () => linear(p.first, x).relu());
  const second = scope("second", () => linear(p.second, first).relu());
  return linear(p.head, second);
}

export async function pictureNetwork(run: Run, options: Options): Promise<PictureNetwork> {
  const [train, test] = await Promise.all([
    examples(run, "train", options.images),
    examples(run, "test", options.testImages),
  ]);
  const params = await trained(run, train, options);
  const bytes = exportOnnx((x: Value) => ({ logits: mlp(params, x) }), [Tensor.zeros([2, pixels])], {
    names: ["x"],
    batch: { name: "N", arguments: [0] },
  });
  const subject: Subject = {
    name: "C",
    model: Model.open(bytes, { name: "the MLP of pictures" }),
    nodes,
    train: inBatches(train, 1000),
    test: inBatches(test, 1000),
    score: accuracyAt("logits"),
    rule: "gauss-legendre",
    intervals: options.intervals,
  };
  const found = await inAllBases(run, subject, tolerance, kept);
  return {
    ...found,
    accuracy: await scoreOf(subject.model, subject.test, subject.score, { compile: run.compile }),
    relevant: { lib: relevantIn(found.layers.lib[1]), pca: relevantIn(found.layers.pca[1]) },
  };
}

function relevantIn({ lambda }: LibLayer): number {
  return lambda.slice(1).filter((value) => value > least * lambda[1]).length;
}

interface Examples {
  readonly x: Tensor;
  readonly labels: Tensor;
}

async function examples(run: Run, split: "train" | "test", count: number): Promise<Examples> {
  const { images, labels } = await loadImages(run.data, "cifar10", split);
  const rows = new Rng(0).permutation(labels.size).slice(0, count);
  return { x: flattened(takeRows(images, rows)), labels: takeRows(labels, rows) };
}

function inBatches({ x, labels }: Examples, size: number): Batch[] {
  return Array.from({ length: Math.ceil(labels.size / size) }, (_, i) => {
    const rows = Int32Array.from({ length: Math.min(size, labels.size - i * size) }, (_, k) => i * size + k);
    return { inputs: { x: takeRows(x, rows) }, labels: takeRows(labels, rows) };
  });
}

function trained(run: Run, { x, labels }: Examples, { units, epochs }: Options): Promise<Mlp<Tensor>> {
  return run.part("C: training", async (part) => {
    const rng = run.rng.split("C");
    const data = batches({ x, labels }, { size: 64, rng: rng.split("order") });
    const { params } = await fit<Mlp<Tensor>, Examples>({
      params: {
        first: init.linear(rng.split("first"), pixels, units),
        second: init.linear(rng.split("second"), units, units),
        head: init.linear(rng.split("head"), units, 10),
      },
      loss: (p, batch) => crossEntropy(mlp(p, batch.x), batch.labels),
      data,
      optimiser: adam(1e-3),
      steps: Math.round(epochs * data.perEpoch),
      checkpoint: part.checkpoint,
      signal: run.signal,
      compile: run.compile,
      onStep: ({ step, steps, loss }) => {
        run.progress("C: training", step, steps, "steps");
        if (step % 20 === 0) run.metric("C: loss of training", loss, { step, unit: "nats" });
      },
    });
    return params;
  });
}
