/** @file Part B: a transformer that is trained here, until it adds what it has not seen. */

import { modularSums, type Sum } from "../../../../data/index.ts";
import type { Tensor } from "../../../../graph/index.ts";
import { adamw, batches, crossEntropy, fit } from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";
import { accuracyAt, scoreOf } from "../index.ts";
import { type InAllBases, inAllBases, type Subject } from "./measure.ts";
import type { Options } from "./options.ts";
import {
  initTransformer,
  openedTransformer,
  sumBatches,
  type Transformer,
  transformer,
  transformerNodes,
} from "./transformer.ts";

const tolerance = 0.01;
/** Steps between two looks at the test accuracy. */
const stride = 50;

export interface OwnNetwork extends InAllBases {
  readonly accuracy: number;
  /** Steps of training. */
  readonly steps: number;
}

export async function ownTransformer(run: Run, options: Options): Promise<OwnNetwork> {
  const { modulus, trainShare } = options;
  const { train, test } = modularSums(modulus, trainShare, run.seed);
  const { params, steps } = await trained(run, train, test, options);
  const subject: Subject = {
    name: "B",
    model: openedTransformer(params, "the transformer that was trained"),
    nodes: transformerNodes,
    train: sumBatches(train, modulus, 1000),
    test: sumBatches(test, modulus, 1000),
    score: accuracyAt("logits"),
  };
  return {
    accuracy: await scoreOf(subject.model, subject.test, subject.score, { compile: run.compile }),
    steps,
    ...(await inAllBases(run, subject, tolerance)),
  };
}

interface Examples {
  readonly tokens: Tensor;
  readonly sums: Tensor;
}

function trained(
  run: Run,
  train: readonly Sum[],
  test: readonly Sum[],
  { modulus, width, hidden, learningRate, weightDecay, steps: most, accuracy }: Options,
): Promise<{ readonly params: Transformer<Tensor>; readonly steps: number }> {
  return run.part("B: training", async (part) => {
    const [all] = sumBatches(train, modulus, train.length);
    const examples = { tokens: all.inputs.tokens, sums: all.labels as Tensor };
    const unseen = sumBatches(test, modulus, test.length);
    const start = initTransformer(run.rng.split("B"), modulus, width, hidden);
    const data = batches(examples, { size: train.length, rng: run.rng.split("B order") });
    for (let steps = Math.min(stride, most); ; steps = Math.min(most, steps + stride)) {
      // Each call goes on from the checkpoint of the one before.
      const { params } = await fit<Transformer<Tensor>, Examples>({
        params: start,
        loss: (p, { tokens, sums }) => crossEntropy(transformer(p, tokens).squeeze(1), sums),
        data,
        optimiser: adamw(learningRate, { beta2: 0.98, weightDecay }),
        steps,
        checkpoint: part.checkpoint,
        signal: run.signal,
        compile: run.compile,
        onStep: ({ step, loss }) => {
          run.progress("B: training", step, most, "steps");
          if (step % 10 === 0) run.metric("B: loss of training", loss, { step, unit: "nats" });
        },
      });
      const found = await scoreOf(openedTransformer(params, "B"), unseen, accuracyAt("logits"), {
        compile: run.compile,
      });
      run.metric("B: test accuracy in training", found, { step: steps });
      if (found >= accuracy || steps === most) return { params, steps };
    }
  });
}
