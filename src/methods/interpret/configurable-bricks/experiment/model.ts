/** @file A byte-level Llama of 290,000 parameters that learns six functions at once. */

import { Tensor } from "../../../../graph/index.ts";
import {
  adamw,
  chain,
  clipByGlobalNorm,
  crossEntropy,
  fit,
  type Gpt,
  gpt,
  init,
  onlyMatrices,
  schedule,
  type Windows,
  windows,
} from "../../../../nn/index.ts";
import { type Decoder, DecoderNetwork, TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import type { Options } from "./options.ts";
import { bytes, type FunctionText, length } from "./texts.ts";

export const sizes = {
  vocabulary: bytes.size,
  width: 80,
  layers: 3,
  heads: 4,
  keyValueHeads: 4,
  headWidth: 20,
  hidden: 256,
  context: 512,
};
const options = { heads: sizes.heads, rotary: {} };

/** The model with these parameters. */
export function modelOf(params: Gpt<Tensor>): TextModel {
  const decoder: Decoder = { architecture: "llama", sizes, params, options };
  return new TextModel(new DecoderNetwork(decoder), { name: "the model of six functions", tokenizer: bytes });
}

/** Trains on windows of all functions in equal parts. */
export function trainModel(run: Run, texts: readonly FunctionText[], given: Options): Promise<Gpt<Tensor>> {
  const stage = "model";
  return run.part(stage, async ({ rng, checkpoint }) => {
    const { steps, rate, windowsPerFunction: size } = given;
    const { vocabulary, width, layers, heads, hidden } = sizes;
    const sources = texts.map(({ name, train }) =>
      windows(Tensor.of(train, [train.length], "int64"), { length, size, rng: rng.split(name) }),
    );
    const { params } = await fit<Gpt<Tensor>, Windows, Record<string, never>>({
      params: init.gpt(rng.split("weights"), {
        ...{ vocabulary, width, layers, heads, hidden },
        ...{ norm: "rms", feedForward: "gated", bias: false },
      }),
      loss: (p, { inputs, targets }) => crossEntropy(gpt(p, inputs, options), targets),
      data: {
        batch: async (step) => {
          const parts = await Promise.all(sources.map((source) => source.batch(step)));
          const joined = (key: keyof Windows) =>
            Tensor.of(
              parts.flatMap((part) => [...part[key].numbers()]),
              [parts.length * size, length],
              "int64",
            );
          return { inputs: joined("inputs"), targets: joined("targets") };
        },
      },
      optimiser: chain(
        clipByGlobalNorm(1),
        adamw(
          schedule.warmupCosine(rate, { warmup: Math.min(100, Math.ceil(steps / 10)), total: steps, final: rate / 20 }),
          { beta2: 0.99, weightDecay: 0.1, mask: onlyMatrices },
        ),
      ),
      steps,
      ...{ checkpoint, signal: run.signal, compile: run.compile },
      onStep: ({ step, loss }) => {
        run.progress(stage, step, steps, "steps");
        if (step % 20 === 0) run.metric("loss: model", loss, { step, unit: "nats" });
      },
    });
    return params;
  });
}
