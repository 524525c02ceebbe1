/** @file Growing: a few new neurons in each feed-forward layer learn a new function, while all that was there stays as it is. */

import { CajalError, concat, Rng, Tensor, type Value } from "../../../graph/index.ts";
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
import { addedOutput, addNeurons, type Brick, baseOf, type NewNeurons } from "./brick.ts";
import { type FeedForward, findFeedForward } from "./feed-forward.ts";
import { tapped } from "./prompt-activity.ts";
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
  /** Texts on which the brick shall change nothing, such as those of functions that the model has: what it adds there is made small. Default: none. */
  readonly quietOn?: readonly Tokens[];
  /** Price of what it adds there, as a share of what the layer writes itself. Default 1. */
  readonly quiet?: number;
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
    quietOn = [],
    quiet = 1,
    checkpoint,
    onProgress,
    ...run
  } = options;
  const growing = chosenLayers(await findFeedForward(model), options.layers);
  const rng = new Rng(seed).split("brick");
  const params = growing.map((layer, l) => newNeurons(rng.split(l), layer.width, neurons));
  const cut = (from: readonly Tokens[], stream: string) => {
    const tokens = from.flat();
    return windows(Tensor.of(tokens, [tokens.length], "int64"), { length, size, rng: rng.split(stream) });
  };
  const pieces = cut(texts, "windows");
  const others = quietOn.length === 0 ? undefined : cut(quietOn, "quiet");
  const trained = await fit<readonly NewNeurons<Tensor>[], Batch, Record<string, never>>({
    params,
    loss: (p, { inputs, targets, weights, elsewhere }) => {
      const edits: TextEdits = Object.fromEntries(growing.map((layer, l) => [layer.written, addNeurons(p[l], layer)]));
      const learned = nextTokenLoss(model.edit(edits), inputs, targets, weights);
      return others === undefined ? learned : learned.add(addedShare(model, growing, p, elsewhere, weights).mul(quiet));
    },
    // The base's weights go in with each batch: they are no constants of the graph, and are not trained.
    data: {
      batch: async (step) => {
        const piece = await pieces.batch(step);
        return { ...piece, elsewhere: (await others?.batch(step))?.inputs ?? piece.inputs, weights: model.weights };
      },
    },
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

interface Batch {
  readonly inputs: Tensor;
  readonly targets: Tensor;
  /** Tokens on which the brick shall be quiet. */
  readonly elsewhere: Tensor;
  readonly weights: Weights<Tensor>;
}

/** The mean square of what new neurons add, as a share of that of what their layers write: mean over layers. */
function addedShare(
  model: TextModel,
  layers: readonly FeedForward[],
  bricks: readonly NewNeurons<Value>[],
  tokens: Value,
  weights: Weights<Value>,
): Value {
  const names = layers.flatMap(({ read, written }) => [read, written]);
  const present = ones(tokens);
  const values = tapped(model, { weights, tokens, present, own: present.cast("float32") }, names);
  const shares = layers.map((_, l) => {
    const [x, written] = values.slice(2 * l, 2 * l + 2);
    return addedOutput(bricks[l], x).square().mean().div(written.square().mean()).reshape([1]);
  });
  return concat(shares).mean();
}

function ones(tokens: Value): Value {
  return tokens.mul(0).add(tokens.tracer.constant([1], "int64"));
}

/** Mean −log p of the targets, within a traced function. */
export function nextTokenLoss(model: TextModel, inputs: Value, targets: Value, weights: Weights<Value>): Value {
  const logits = model.apply(inputs, ones(inputs), weights);
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
