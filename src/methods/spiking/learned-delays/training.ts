/** @file Training: two Adams, one for weights and one for positions that go a hundred times as fast; σ shrinks from epoch to epoch. */

import { CajalError, type CompileOptions, Rng, Tensor, type Value } from "../../../graph/index.ts";
import {
  addDecayedWeights,
  batches,
  type CheckpointStorage,
  chain,
  crossEntropy,
  fit,
  freeze,
  keepWithin,
  type Optimiser,
  partition,
  scaleByAdam,
  scaleByRate,
  schedule,
} from "../../../nn/index.ts";
import { halfDelay } from "./delay-kernel.ts";
import { type DelayNetParams, type DelayNetSettings, type DelayNetState, forward } from "./model.ts";
import { sigmaAt } from "./sigma.ts";

export interface DelayFitOptions {
  /** Passes over the data. Default 150. */
  readonly epochs?: number;
  /** Samples in a step. Default 256. */
  readonly batch?: number;
  /** Of weights; the rate goes through one cycle with a peak of five times this. Default 1e-3. */
  readonly lr?: number;
  /** Of positions; falls to 0 along a cosine, epoch by epoch. Default 100 · lr. */
  readonly lrDelay?: number;
  /** Of weights, not of batch normalisation or positions. Default 1e-5. */
  readonly weightDecay?: number;
  /** For shuffling and dropout. Default: seed 0. */
  readonly rng?: Rng;
  readonly checkpoint?: CheckpointStorage;
  readonly signal?: AbortSignal;
  readonly compile?: CompileOptions;
  /** Hears of data that is used, but may not be what was meant. */
  readonly warn?: (message: string) => void;
  /** Called after each epoch with the network as it is. */
  readonly onEpoch?: (progress: DelayEpoch) => void | Promise<void>;
  /** Called after each step. */
  readonly onStep?: (step: number, steps: number, loss: number) => void;
}

export interface DelayEpoch {
  /** 1, 2, … */
  readonly epoch: number;
  readonly epochs: number;
  /** σ of the epoch that has ended, steps. */
  readonly sigma: number;
  /** The mean over the epoch's steps. */
  readonly loss: number;
  readonly params: DelayNetParams<Tensor>;
  readonly state: DelayNetState<Tensor>;
}

export interface DelayTraining {
  readonly params: DelayNetParams<Tensor>;
  readonly state: DelayNetState<Tensor>;
}

/** The optimiser of the paper; positions are clamped to ±h after every step. */
export function delayOptimiser(
  settings: Pick<DelayNetSettings, "maxDelay" | "delays">,
  {
    epochs,
    perEpoch,
    lr,
    lrDelay,
    weightDecay,
  }: Record<"epochs" | "perEpoch" | "lr" | "lrDelay" | "weightDecay", number>,
): Optimiser {
  const h = halfDelay(settings.maxDelay);
  const rate = schedule.oneCycle(5 * lr, epochs * perEpoch);
  const fall = schedule.cosine(lrDelay, epochs);
  // Half a step more, so that rounding never leaves an epoch's first step in the one before.
  const byEpoch = schedule.define((step, a) => a.of(fall, a.floor(a.times(a.plus(step, 0.5), 1 / perEpoch))));
  return partition(
    (path) => (path.endsWith("position") ? "positions" : path.endsWith("weight") ? "weights" : "norms"),
    {
      weights: chain(addDecayedWeights({ weightDecay }), scaleByAdam(), scaleByRate(rate)),
      norms: chain(scaleByAdam(), scaleByRate(rate)),
      positions:
        settings.delays === "learned" ? chain(scaleByAdam(), scaleByRate(byEpoch), keepWithin(-h, h)) : freeze(),
    },
  );
}

/**
 * @param spikes [N, T, inputs] @param labels classes [N]
 * @throws CajalError `shape`, `argument`, `bad-labels`; as `fit`
 */
export async function trainDelayNet(
  settings: DelayNetSettings,
  begin: DelayTraining,
  spikes: Tensor,
  labels: ArrayLike<number>,
  options: DelayFitOptions = {},
): Promise<DelayTraining> {
  const { epochs = 150, batch = 256, lr = 1e-3, lrDelay = 100 * lr, weightDecay = 1e-5, rng = new Rng(0) } = options;
  checkSpikes(settings, spikes, options.warn);
  const y = checkLabels(settings, labels, spikes.shape[0]);
  const data = batches({ x: spikes, y }, { size: Math.min(batch, spikes.shape[0]), rng: rng.split("batches") });
  const { perEpoch } = data;
  const steps = epochs * perEpoch;
  const sigmaOf = (step: number) => sigmaAt(Math.floor(step / perEpoch), epochs, settings.maxDelay);
  let losses: number[] = [];
  // `fit` hands parameters out only where it evaluates.
  const evaluate = async (params: DelayNetParams<Tensor>, state: DelayNetState<Tensor>) => {
    latest = { params, state };
    return {};
  };
  let latest: DelayTraining = begin;
  const { params, state } = await fit({
    params: begin.params,
    state: begin.state,
    data: {
      async batch(step: number) {
        return { ...(await data.batch(step)), sigma: Tensor.scalar(sigmaOf(step)) };
      },
    },
    loss: (p, { x, y: classes, sigma }, { state: before, noise }) => {
      const { logits, state: after } = forward(settings, p, before, x, { sigma, noise });
      // The sum of softmaxes is itself taken for logits: a second softmax.
      return { loss: crossEntropy(logits, classes as Value), state: after };
    },
    optimiser: delayOptimiser(settings, { epochs, perEpoch, lr, lrDelay, weightDecay }),
    steps,
    rng: rng.split("dropout"),
    evaluate,
    evaluateEvery: perEpoch,
    checkpointEvery: perEpoch,
    checkpoint: options.checkpoint,
    signal: options.signal,
    compile: options.compile,
    onStep: async ({ step, loss }) => {
      losses.push(loss);
      options.onStep?.(step, steps, loss);
      if (step % perEpoch !== 0) return;
      const mean = losses.reduce((a, b) => a + b) / losses.length;
      losses = [];
      await options.onEpoch?.({ epoch: step / perEpoch, epochs, sigma: sigmaOf(step - 1), loss: mean, ...latest });
    },
  });
  return { params, state };
}

/** @throws CajalError `shape` */
export function checkSpikes(
  settings: DelayNetSettings,
  spikes: Tensor,
  warn: (message: string) => void = () => undefined,
): void {
  const [, steps, lines] = spikes.shape;
  if (spikes.shape.length !== 3 || lines !== settings.inputs)
    throw new CajalError("shape", `delayNet: spikes are [${spikes.shape.join(", ")}], not [N, T, ${settings.inputs}]`);
  if (steps < settings.maxDelay)
    warn(`samples of ${steps} steps are shorter than the maximal delay of ${settings.maxDelay}`);
  if (spikes.data.some((value) => !Number.isInteger(Number(value))))
    warn("inputs are real numbers, not spikes: layer 1 multiplies (MAC) where others add");
}

/** @throws CajalError `bad-labels`, `shape` */
export function checkLabels({ classes }: DelayNetSettings, labels: ArrayLike<number>, count: number): Tensor {
  if (labels.length !== count) throw new CajalError("shape", `delayNet: ${labels.length} labels for ${count} samples`);
  const numbers = Array.from(labels, Number);
  const wrong = numbers.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (wrong >= 0)
    throw new CajalError(
      "bad-labels",
      `delayNet: the label of sample ${wrong} is ${numbers[wrong]}, none of 0 … ${classes - 1}`,
    );
  return Tensor.of(numbers, [count], "int64");
}
