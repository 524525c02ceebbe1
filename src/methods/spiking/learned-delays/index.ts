/**
 * @file Learning delays in spiking networks by convolutions whose elements move (Hammouamri, Khalfaoui-Hassani, Masquelier 2024,
 * arXiv:2306.17670): every synapse has a learned weight and a learned delay of whole steps.
 */

import { CajalError, type CompileOptions, collect, compile, Tensor, type Value } from "../../../graph/index.ts";
import { predictions } from "../../../nn/index.ts";
import { type EventRun, type EventSimulator, eventSimulator } from "../network/events.ts";
import type { Network } from "../network/network.ts";
import type { NirGraph } from "../nir/graph.ts";
import { networkToNir } from "../nir/to-nir.ts";
import { delaysOf, halfDelay } from "./delay-kernel.ts";
import { delayNetwork, layerSteps } from "./deployed.ts";
import {
  checkSettings,
  type DelayNetOptions,
  type DelayNetParams,
  type DelayNetSettings,
  type DelayNetState,
  forward,
  initDelayNet,
} from "./model.ts";
import { finalSigma } from "./sigma.ts";
import { checkLabels, checkSpikes, type DelayFitOptions, trainDelayNet } from "./training.ts";

export {
  type BinOptions,
  binSpikes,
  decodeSpikeRecordings as loadSHD,
  type SpikeRecording,
} from "../../../data/index.ts";
export { type AudioOptions, audioToSpikes } from "../coding/audio.ts";
export { type DelayConvOptions, delayConv } from "./delay-conv.ts";
export { delaysOf, gaussianKernel, oneHotKernel } from "./delay-kernel.ts";
export type { DelayKind, DelayLayerParams, DelayNetOptions, DelayNetParams, DelayNetState } from "./model.ts";
export { sigmaAt } from "./sigma.ts";
export { type TimingOptions, timingTask } from "./timing-task.ts";
export type { DelayEpoch, DelayFitOptions } from "./training.ts";

/** A layer as it is to be looked at. */
export interface DelayLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** Steps, of positions rounded: [outputs · inputs], by output. */
  delays(): Int32Array;
  /** [outputs · inputs], by output. */
  weights(): Float32Array;
}

export interface EvaluateOptions {
  /** "rounded" (default): whole delays; "gaussian": the kernels of the last epochs of training, σ̂ = 0.5. */
  readonly kernel?: "rounded" | "gaussian";
  readonly compile?: CompileOptions;
}

/** A network with its parameters. It never changes: training gives another one. */
export interface DelayNet {
  readonly settings: DelayNetSettings;
  readonly params: DelayNetParams<Tensor>;
  readonly state: DelayNetState<Tensor>;
  /** The last one is the read-out. */
  readonly layers: readonly DelayLayer[];
  /**
   * Trains on spikes (0, 1, or counts) [N, T, inputs] with classes [N].
   * @throws CajalError `shape`, `bad-labels`, `argument`; the signal's reason when it aborts
   */
  fit(spikes: Tensor, labels: ArrayLike<number>, options?: DelayFitOptions): Promise<DelayNet>;
  /** Σ_t softmax(v_t): [N, classes]. @throws CajalError `shape` */
  logits(spikes: Tensor, options?: EvaluateOptions): Promise<Tensor>;
  /** The class of each sample, by whole delays. */
  predict(spikes: Tensor, options?: EvaluateOptions): Promise<number[]>;
  /** Share of samples whose class is predicted. */
  accuracy(spikes: Tensor, labels: ArrayLike<number>, options?: EvaluateOptions): Promise<number>;
  /** What the network does on spikes [N, T, inputs], by whole delays: spikes of each hidden layer [T', N, neurons], and classes. */
  inspect(spikes: Tensor): Promise<{ readonly hidden: readonly Tensor[]; readonly answers: readonly number[] }>;
  /** The same network with delays that training leaves as they are. */
  freezeDelays(): DelayNet;
  /** The same network with positions rounded to whole steps. */
  rounded(): DelayNet;
  /** With batch normalisation folded into weights, and delays as nodes. */
  network(): Network;
  /** The same as a graph for NIR files (`encodeNir`): delays are nodes, the metadata keep the time step. */
  toNir(): NirGraph;
  /** Runs one sample [T, inputs] event by event: a spike waits in a ring of steps for each of its synapses. */
  events(spikes: Tensor): Promise<EventRun & { readonly logits: Float64Array }>;
}

/** A new network. @throws CajalError `argument` for a maximal delay that is even, or τ of a step or less */
export function delayNet(options: DelayNetOptions): DelayNet {
  const settings = checkSettings(options);
  const { params, state } = initDelayNet(settings);
  return restoreDelayNet(settings, params, state);
}

/** A network from parameters that were kept. */
export function restoreDelayNet(
  options: DelayNetOptions,
  params: DelayNetParams<Tensor>,
  state: DelayNetState<Tensor>,
): DelayNet {
  const settings = checkSettings(options);
  const logits: DelayNet["logits"] = async (spikes, { kernel = "rounded", compile: how } = {}) => {
    checkSpikes(settings, spikes);
    const sigma = kernel === "gaussian" ? { sigma: finalSigma } : {};
    const run = compile(
      (x: Value, p: DelayNetParams<Value>, s: DelayNetState<Value>) => forward(settings, p, s, x, sigma).logits,
      how,
    );
    try {
      return await run(spikes, params, state);
    } finally {
      await run.release();
    }
  };
  let simulator: EventSimulator | undefined;
  const predict: DelayNet["predict"] = async (spikes, how) => predictions(await logits(spikes, how));
  return {
    settings,
    params,
    state,
    layers: params.layers.map(({ weight, position }) => ({
      inputs: weight.shape[1],
      outputs: weight.shape[0],
      delays: () => (position ? delaysOf(position, settings.maxDelay) : new Int32Array(weight.size)),
      weights: () => Float32Array.from(weight.numbers()),
    })),
    async fit(spikes, labels, how) {
      const trained = await trainDelayNet(settings, { params, state }, spikes, labels, how);
      return restoreDelayNet(settings, trained.params, trained.state);
    },
    logits,
    predict,
    async accuracy(spikes, labels, how) {
      const classes = checkLabels(settings, labels, spikes.shape[0]).numbers();
      const answers = await predict(spikes, how);
      return answers.filter((answer, i) => answer === classes[i]).length / answers.length;
    },
    async inspect(spikes) {
      checkSpikes(settings, spikes);
      const run = compile((x: Value) => collect((v: Value) => forward(settings, params, state, v).logits)(x));
      try {
        const { result, taps } = await run(spikes);
        return { hidden: settings.hidden.map((_, k) => taps[`hidden${k + 1}`]), answers: predictions(result) };
      } finally {
        await run.release();
      }
    },
    freezeDelays: () =>
      restoreDelayNet({ ...settings, delays: settings.delays === "none" ? "none" : "fixed" }, params, state),
    rounded: () => restoreDelayNet(settings, roundPositions(params, settings.maxDelay), state),
    network: () => delayNetwork(settings, params, state),
    toNir: () => networkToNir(delayNetwork(settings, params, state)),
    events(spikes) {
      simulator ??= eventSimulator(delayNetwork(settings, params, state));
      return runEvents(settings, simulator, spikes);
    },
  };
}

function roundPositions(params: DelayNetParams<Tensor>, maxDelay: number): DelayNetParams<Tensor> {
  const h = halfDelay(maxDelay);
  return {
    layers: params.layers.map(({ position, ...layer }) => ({
      ...layer,
      ...(position && {
        position: Tensor.of(
          [...delaysOf(position, maxDelay)].map((delay) => maxDelay - 1 - delay - h),
          position.shape,
        ),
      }),
    })),
  };
}

async function runEvents(settings: DelayNetSettings, simulate: EventSimulator, spikes: Tensor) {
  const [steps, lines] = spikes.shape;
  if (spikes.shape.length !== 2 || lines !== settings.inputs)
    throw new CajalError("shape", `delayNet: one sample is [${spikes.shape.join(", ")}], not [T, ${settings.inputs}]`);
  const until = layerSteps(settings, steps);
  const total = Math.max(...Object.values(until));
  const padded = new Float32Array(total * lines);
  padded.set(Float32Array.from(spikes.numbers()));
  const run = await simulate({ input: new Tensor("float32", [total, lines], padded) }, { until });
  const membranes = run.outputs.output.numbers();
  const logits = new Float64Array(settings.classes);
  for (let t = 0; t < total; t++) {
    const v = membranes.subarray(t * settings.classes, (t + 1) * settings.classes);
    const largest = Math.max(...v);
    const powers = v.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((a, b) => a + b);
    for (const [c, power] of powers.entries()) logits[c] += power / sum;
  }
  return { ...run, logits };
}
