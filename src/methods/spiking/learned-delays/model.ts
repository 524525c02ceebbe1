/**
 * @file The network: blocks of delay convolution → batch normalisation over batch and time → LIF → dropout, and a read-out of leaky
 * integrators behind one more delay convolution.
 */

import { CajalError, type Noise, Rng, type Tensor, tap, type Value } from "../../../graph/index.ts";
import { type BatchNorm, type BatchStatistics, batchNorm, dropout, init, weights } from "../../../nn/index.ts";
import { softmaxSum } from "../coding/decode.ts";
import { li } from "../neurons/li.ts";
import { lif } from "../neurons/lif.ts";
import { runNeurons } from "../run-neurons.ts";
import { atan } from "../surrogate.ts";
import { delayConv } from "./delay-conv.ts";
import { halfDelay } from "./delay-kernel.ts";

/** "learned": with the weights; "fixed": drawn and kept; "none": nothing is delayed (T_d = 1). */
export type DelayKind = "learned" | "fixed" | "none";

export interface DelayNetOptions {
  /** Lines of input spikes. */
  readonly inputs: number;
  /** Neurons in each hidden layer. */
  readonly hidden: readonly number[];
  readonly classes: number;
  /** T_d, steps, odd: delays are 0 … T_d − 1 steps. Without delays: of no account. */
  readonly maxDelay: number;
  /** ms of a step. Default 10. */
  readonly dt?: number;
  /** τ > 1 of all membranes, steps. Default 1.005: neurons that forget almost all within a step. */
  readonly tau?: number;
  /** Default "learned". */
  readonly delays?: DelayKind;
  /** Share of hidden neurons that are silent in a training step, for all of a sample's time. Default 0.4. */
  readonly dropout?: number;
  /** Of weights and positions. Default 0. */
  readonly seed?: number;
  /** false: smooth functions in place of spikes, so that gradients are those of what is computed. Default true. */
  readonly spiking?: boolean;
}

export type DelayNetSettings = Required<DelayNetOptions>;

export interface DelayLayerParams<T> {
  /** W [outputs, inputs] */
  readonly weight: T;
  /** P [outputs, inputs] within ±⌊T_d/2⌋; none where nothing is delayed. */
  readonly position?: T;
  /** Of hidden layers. */
  readonly norm?: BatchNorm<T>;
}

/** The last layer is the read-out. */
export interface DelayNetParams<T> {
  readonly layers: readonly DelayLayerParams<T>[];
}

export interface DelayNetState<T> {
  /** Running statistics of each hidden layer's batch normalisation. */
  readonly statistics: readonly BatchStatistics<T>[];
}

/** @throws CajalError `argument` */
export function checkSettings(options: DelayNetOptions): DelayNetSettings {
  const { dt = 10, tau = 1.005, delays = "learned", dropout: rate = 0.4, seed = 0, spiking = true } = options;
  if (!(dt > 0)) throw new CajalError("argument", `delayNet: a step of ${dt} ms`);
  if (!(tau > 1))
    throw new CajalError("argument", `delayNet: τ ${format(tau * dt)} ms is shorter than one ${format(dt)}-ms step`, {
      advice: "Make the steps shorter, or τ longer.",
    });
  const sizes = {
    inputs: options.inputs,
    classes: options.classes,
    ...Object.fromEntries(options.hidden.map((n, i) => [`hidden layer ${i + 1}`, n])),
  };
  for (const [what, n] of Object.entries(sizes))
    if (!Number.isInteger(n) || n < 1) throw new CajalError("argument", `delayNet: ${n} ${what}; at least 1 is needed`);
  const maxDelay = delays === "none" ? 1 : options.maxDelay;
  halfDelay(maxDelay);
  return { ...options, maxDelay, dt, tau, delays, dropout: rate, seed, spiking };
}

const format = (ms: number) => String(Number(ms.toFixed(3)));

/** W Kaiming-uniform of fan-in `inputs` (the kernel holds one element for each synapse), P uniform on [−h, h]. */
export function initDelayNet(settings: DelayNetSettings): {
  params: DelayNetParams<Tensor>;
  state: DelayNetState<Tensor>;
} {
  const { inputs, hidden, classes, maxDelay, delays, seed } = settings;
  const rng = new Rng(seed).split("delay net");
  const h = halfDelay(maxDelay);
  const sizes = [inputs, ...hidden, classes];
  const norms = hidden.map((units) => init.batchNorm(units));
  const layers = sizes.slice(1).map((outputs, k) => {
    const shape = [outputs, sizes[k]];
    const draw = rng.split(k);
    return {
      weight: weights.he("uniform")(draw.split("weight"), shape, { inputs: sizes[k], outputs }),
      ...(delays !== "none" && { position: draw.split("position").uniform(shape, -h, h) }),
      ...(k < hidden.length && { norm: norms[k].params }),
    };
  });
  return { params: { layers }, state: { statistics: norms.map(({ statistics }) => statistics) } };
}

export interface ForwardOptions {
  /** σ of the kernels; left out: rounded positions. */
  readonly sigma?: Value | number;
  /** Training: batch statistics and dropout from this noise. */
  readonly noise?: Noise;
}

/**
 * @param spikes [batch, T, inputs]
 * @returns logits Σ_t softmax(v_t) [batch, classes], and the running statistics after the batch. Spikes are tapped as "hidden1", …
 */
export function forward(
  settings: DelayNetSettings,
  params: DelayNetParams<Value | Tensor>,
  state: DelayNetState<Value | Tensor>,
  spikes: Value,
  { sigma, noise }: ForwardOptions = {},
): { logits: Value; state: DelayNetState<Value> } {
  const { maxDelay, tau, delays, spiking } = settings;
  const convolution = { maxDelay, tail: halfDelay(maxDelay), ...(delays === "learned" && { sigma }) };
  const current = (x: Value, { weight, position }: DelayLayerParams<Value | Tensor>) =>
    position === undefined
      ? x.op("Conv", [x.tracer.lift(weight, x.dtype).unsqueeze(2)], { kernel_shape: [1] })
      : delayConv(x, weight, position, convolution);
  const neurons = lif({ tau, decayInput: false, detachReset: true, surrogate: atan(5), spiking });

  let x = spikes.transpose([0, 2, 1]);
  const statistics = state.statistics.map((before, k) => {
    const layer = params.layers[k];
    if (layer.norm === undefined)
      throw new CajalError("argument", `delayNet: layer ${k + 1} has no batch normalisation`);
    const { y, statistics: after } = batchNorm(layer.norm, before, current(x, layer), {
      training: noise !== undefined,
    });
    const fired = tap(`hidden${k + 1}`, runNeurons(neurons, y.transpose([2, 0, 1])).output);
    const [, batch, units] = fired.shape;
    // The same neurons are silent at all steps of a sample.
    const kept = noise
      ? dropout(fired, noise.bernoulli([1, batch, units], 1 - settings.dropout), settings.dropout)
      : fired;
    x = kept.transpose([1, 2, 0]);
    return after;
  });
  const readOut = runNeurons(
    li({ tau, decayInput: false }),
    current(x, params.layers[statistics.length]).transpose([2, 0, 1]),
  );
  return { logits: softmaxSum(tap("membranes", readOut.output)), state: { statistics } };
}
