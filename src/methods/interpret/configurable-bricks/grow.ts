/** @file Growing: a few new neurons in each feed-forward layer learn a new function, while all that was there stays as it is. */

import { CajalError, Rng, Tensor, type Value } from "../../../graph/index.ts";
import {
  adamw,
  type CheckpointStorage,
  chain,
  clipByGlobalNorm,
  crossEntropy,
  fit,
  schedule,
  windows,
} from "../../../nn/index.ts";
import type { TextEdits, TextModel, Weights } from "../../../probe/index.ts";
import { addNeurons, type Brick, baseOf, type NewNeurons } from "./brick.ts";
import { type FeedForward, findFeedForward } from "./feed-forward.ts";
import type { PassOptions, Tokens } from "./text-passes.ts";

export interface GrowOptions extends Omit<PassOptions, "batch"> {
  /** New neurons of each layer. */
  readonly neurons: number;
  /** Numbers of the layers that grow. Default: all. */
  readonly layers?: readonly number[];
  /** Default 400. */
  readonly steps?: number;
  /** Default 3e-3, falling to a tenth. */
  readonly rate?: number;
  /** Tokens in a window, and windows in a batch. Default 64 and 8. */
  readonly length?: number;
  readonly size?: number;
  /** Bricks that start alike (same seed, same neurons) can be merged with weights. Default 0. */
  readonly seed?: number;
  readonly checkpoint?: CheckpointStorage;
}

/** The spread of input rows before training, as a share of 1/√width. */
const startScale = 0.5;

/**
 * A brick that was trained on texts of a new function. Its input rows begin small and random, its output columns at zero: before training it
 * changes nothing, and switched off it is gone.
 * @throws CajalError `argument` for layers that the model does not have, `shape` for too little text; as `fit`
 */
export async function growBrick(
  model: TextModel,
  name: string,
  texts: readonly Tokens[],
  options: GrowOptions,
): Promise<Brick> {
  const {
    neurons,
    steps = 400,
    rate = 3e-3,
    length = 64,
    size = 8,
    seed = 0,
    checkpoint,
    onProgress,
    ...run
  } = options;
  const growing = chosenLayers(await findFeedForward(model), options.layers);
  const rng = new Rng(seed).split("brick");
  const params = growing.map((layer, l) => newNeurons(rng.split(l), layer.width, neurons));
  const stream = texts.flat();
  const pieces = windows(Tensor.of(stream, [stream.length], "int64"), { length, size, rng: rng.split("windows") });
  interface Batch {
    readonly inputs: Tensor;
    readonly targets: Tensor;
    readonly weights: Weights<Tensor>;
  }
  const trained = await fit<readonly NewNeurons<Tensor>[], Batch, Record<string, never>>({
    params,
    loss: (p, { inputs, targets, weights }) => {
      const edits: TextEdits = Object.fromEntries(growing.map((layer, l) => [layer.written, addNeurons(p[l], layer)]));
      return nextTokenLoss(model.edit(edits), inputs, targets, weights);
    },
    // The base's weights go in with each batch: they are no constants of the graph, and are not trained.
    data: { batch: async (step) => ({ ...(await pieces.batch(step)), weights: model.weights }) },
    optimiser: chain(clipByGlobalNorm(1), adamw(schedule.cosine(rate, steps, rate / 10), { weightDecay: 0 })),
    steps,
    ...(checkpoint && { checkpoint }),
    ...(run.signal && { signal: run.signal }),
    ...(run.compile && { compile: run.compile }),
    onStep: ({ step }) => onProgress?.(step, steps),
  });
  return {
    name,
    base: await baseOf(model),
    added: trained.params.map(({ gate, up, down }, l) => ({
      taps: { read: growing[l].read, name: growing[l].name, written: growing[l].written },
      gate,
      up,
      down,
      start: { gate: params[l].gate, up: params[l].up },
    })),
    changed: [],
  };
}

/** Mean −log p of the targets, within a traced function. */
export function nextTokenLoss(model: TextModel, inputs: Value, targets: Value, weights: Weights<Value>): Value {
  const present = inputs.mul(0).add(inputs.tracer.constant([1], "int64"));
  const logits = model.apply(inputs, present, weights);
  if (logits === undefined) throw new CajalError("shape", `${model.name} has no logits of the next token`);
  return crossEntropy(logits, targets);
}

/** Input rows small and random, output columns zero. */
export function newNeurons(rng: Rng, width: number, neurons: number): NewNeurons<Tensor> {
  if (!Number.isInteger(neurons) || neurons < 1)
    throw new CajalError("argument", `growBrick: ${neurons} new neurons; 1 or more are needed`);
  const spread = startScale / Math.sqrt(width);
  return {
    gate: rng.split("gate").normal([width, neurons], 0, spread),
    up: rng.split("up").normal([width, neurons], 0, spread),
    down: Tensor.zeros([neurons, width]),
  };
}

function chosenLayers(layers: readonly FeedForward[], wanted: readonly number[] | undefined): FeedForward[] {
  const numbers = wanted ?? [...layers.keys()];
  const wrong = numbers.find((l) => layers[l] === undefined);
  if (wrong !== undefined || numbers.length === 0)
    throw new CajalError("argument", `growBrick: there is no feed-forward layer ${wrong ?? ""}`, {
      advice: `The model has ${layers.length}, from 0 on.`,
    });
  return [...new Set(numbers)].map((l) => layers[l]);
}
