/** @file Learning a dictionary of what an attention layer's heads say. */

import { CajalError, type CompileOptions, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { type CheckpointStorage, fit } from "../../../nn/index.ts";
import type { LanguageModel } from "../../../probe/index.ts";
import { initLearned, type Learned, type Sparsity, saeLoss } from "./loss.ts";
import { marksOf, type Texts } from "./model.ts";
import { restarted, saeOptimiser } from "./optimiser.ts";
import { originOf } from "./origin.ts";
import { badlyExplained, drawWithout, type ResampleOptions, replaced } from "./resample.ts";
import { foldScale, type Sae } from "./sae.ts";
import type { AttentionSite } from "./site.ts";
import { type VectorBatches, vectorBatches } from "./vectors.ts";

export interface TrainOptions {
  /** Features per coordinate of z. Default 8. */
  readonly mult?: number;
  /** What makes features rare. Default L1 (`{ kind: "relu" }`). */
  readonly sparsity?: Sparsity;
  /**
   * λ: the price of a feature, for vectors scaled so that their mean distance from the mean is √d. Of L1 per unit of activation, of JumpReLU per
   * active feature. Default: L1 0.2·√d, JumpReLU 0.7.
   */
  readonly lambda?: number;
  /** Active features per token that λ is steered to while learning. Default: λ stays as it is. */
  readonly targetL0?: number;
  /** Vectors in a batch. Default 1024. */
  readonly batch?: number;
  /** Vectors to learn from, those seen again counted again. Default: all there are, once. */
  readonly tokens?: number;
  /** Learning rate. Default 1.2e-3. */
  readonly rate?: number;
  /** Steps until the rate is reached, from a tenth of it on. Default: 1000, but no more than a tenth of all. */
  readonly rising?: number;
  /** Default: four times, after each fifth of the steps (every 25,000 at most). false: dead features stay dead. */
  readonly resample?: Partial<ResampleOptions> | false;
  readonly seed?: number;
  readonly onStep?: (progress: SaeProgress) => void | Promise<void>;
  readonly checkpoint?: CheckpointStorage;
  readonly signal?: AbortSignal;
  readonly compile?: CompileOptions;
  /** Steps per call of the runtime. Default 4, of short training 1. */
  readonly stepsPerCall?: number;
}

export interface SaeProgress {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** Mean ‖z − ẑ‖² as a share of the variance. */
  readonly unexplained: number;
  readonly l0: number;
  readonly lambda: number;
}

/** Of a training that was resumed from a checkpoint, `curve` and `resampled` begin there. */
export interface SaeLog {
  readonly curve: readonly SaeProgress[];
  /** How many features were dead, after which step. */
  readonly resampled: readonly { readonly step: number; readonly dead: number }[];
  /** What to know before trusting the dictionary. */
  readonly warnings: readonly string[];
}

/**
 * Learns a dictionary of mult · heads · headWidth features of z at the site from texts of tokens. Marks that begin texts are left out.
 * @throws CajalError `argument` (no vectors for a batch; λ or target make no sense), `unknown-layer`, `not-finite`
 */
export async function trainSae(
  model: LanguageModel,
  site: AttentionSite,
  texts: Texts,
  options: TrainOptions = {},
): Promise<{ sae: Sae; log: SaeLog }> {
  const { batch = 1024, seed = 0, signal, compile } = options;
  const data = await vectorBatches(model, site, texts, {
    size: batch,
    rng: new Rng(seed).split("vectors"),
    ...(signal && { signal }),
    ...(compile && { compile }),
  });
  try {
    const { sae, log } = await trainOnVectors(data, { ...options, heads: site.heads });
    const warnings = [...log.warnings, ...beginWarnings(model, texts)];
    return { sae: { ...sae, origin: await originOf(model, site) }, log: { ...log, warnings } };
  } finally {
    await data.release();
  }
}

/** As `trainSae`, on vectors that are there. @param options `heads`: how many a vector holds side by side */
export async function trainOnVectors(
  data: VectorBatches,
  options: TrainOptions & { readonly heads: number },
): Promise<{ sae: Sae; log: SaeLog }> {
  const { size, width } = data;
  const { sparsity = { kind: "relu" }, mult = 8, rate = 1.2e-3, targetL0, heads } = options;
  const { lambda = sparsity.kind === "jumprelu" ? 0.7 : 0.2 * Math.sqrt(width) } = options;
  const steps = Math.max(1, Math.floor((options.tokens ?? data.count) / size));
  const features = Math.round(mult * width);
  check(lambda >= 0 && Number.isFinite(lambda), `λ is ${lambda}`);
  check(targetL0 === undefined || targetL0 > 0, `${targetL0} features cannot be active`);
  check(sparsity.kind !== "topk" || sparsity.k <= features, `of ${features} features no more can be active`);
  const rng = new Rng(options.seed ?? 0);
  const rising = options.rising ?? Math.min(1000, Math.ceil(steps / 10));
  const { mean, scale } = await scaleOf(data);
  const scaled = (z: Tensor) =>
    new Tensor(
      "float32",
      z.shape,
      (z.data as Float32Array).map((x) => x / scale),
    );
  const resample = planOf(options.resample, steps);
  const warming = Math.ceil(0.2 * steps);
  const draws = rng.split("init");
  const draw = (shape: readonly number[], bound: number) => draws.uniform(shape, -bound, bound);
  const isResampling = (step: number) =>
    resample !== undefined && step % resample.every === 0 && step / resample.every <= resample.times;

  const curve: SaeProgress[] = [];
  const resampled: { step: number; dead: number }[] = [];
  const restart = Math.log(sparsity.kind === "jumprelu" ? (sparsity.threshold ?? 0.1) : 1);
  type Batch<T> = { readonly z: T; readonly share: T; readonly steering: T };
  type State<T> = { readonly fired: T; readonly logLambda: T };
  const { params, state } = await fit<Learned<Tensor>, Batch<Tensor>, State<Tensor>>({
    params: initLearned(
      draw,
      mean.map((x) => x / scale),
      features,
      sparsity,
    ),
    state: { fired: Tensor.zeros([features]), logLambda: Tensor.scalar(Math.log(Math.max(lambda, 1e-9))) },
    data: {
      batch: async (step) => ({
        z: scaled(await data.batch(step)),
        share: Tensor.scalar(lambda === 0 ? 0 : Math.min(1, (step + 1) / warming)),
        steering: Tensor.scalar(targetL0 !== undefined && step > warming ? 0.02 : 0),
      }),
    },
    loss: (p: Learned<Value>, { z, share, steering }: Batch<Value>, { state: { fired, logLambda } }) => {
      const price = logLambda.exp().mul(share);
      const { loss, error, fired: now } = saeLoss(p, z, sparsity, price);
      const active = now.sum().div(size);
      const off = active
        .add(0.01)
        .log()
        .sub(Math.log(targetL0 ?? 1))
        .op("Clip", [-1, 1]);
      return {
        loss,
        metrics: { error, active, lambda: price },
        state: { fired: fired.add(now), logLambda: logLambda.add(off.mul(steering)) },
      };
    },
    optimiser: saeOptimiser(rate, rising),
    steps,
    between: {
      after: isResampling,
      change: async (moment) => {
        const seen = (resample?.every ?? 1) * size;
        const { rate: fewest = Math.max(1e-6, 8 / seen), batches = 100, scale: share = 0.2 } = resample ?? {};
        const counts = moment.state.fired.numbers();
        const dead = Array.from(counts.keys()).filter((i) => counts[i] / seen <= fewest);
        const fresh = { ...moment.state, fired: Tensor.zeros([features]) };
        resampled.push({ step: moment.step, dead: dead.length });
        if (dead.length === 0) return { ...moment, state: fresh };
        const numbers = Array.from(
          { length: Math.min(batches, Math.ceil(data.count / size)) },
          (_, i) => moment.step + i,
        );
        const inputs: Tensor[] = [];
        for (const number of numbers) inputs.push(scaled(await data.batch(number)));
        const { errors, row } = await badlyExplained(moment.params, sparsity, inputs);
        const chosen = drawWithout(
          errors.map((e) => e * e),
          dead.length,
          rng.split("resample").split(moment.step),
        );
        const given = dead.slice(0, chosen.length);
        return {
          params: replaced(moment.params, given, chosen.map(row), share, restart),
          state: fresh,
          optimiser: restarted(moment.optimiser, given),
        };
      },
    },
    onStep: async ({ step, loss, metrics }) => {
      const now = { step, steps, loss, unexplained: metrics.error / width, l0: metrics.active, lambda: metrics.lambda };
      if (step % Math.max(1, Math.floor(steps / 200)) === 0 || step === steps) curve.push(now);
      await options.onStep?.(now);
    },
    // A graph of several steps takes longer to build than so few take to run.
    stepsPerCall: options.stepsPerCall ?? (steps < 200 ? 1 : 4),
    ...(options.checkpoint && { checkpoint: options.checkpoint }),
    ...(options.signal && { signal: options.signal }),
    ...(options.compile && { compile: options.compile }),
  });
  const { logThreshold, ...weights } = params;
  const learned: Sae = {
    ...weights,
    heads,
    activation:
      sparsity.kind === "jumprelu"
        ? { kind: "jumprelu", threshold: Tensor.of(logThreshold[0].numbers().map(Math.exp), [features]) }
        : sparsity.kind === "topk"
          ? { kind: "topk", k: sparsity.k }
          : { kind: "relu" },
  };
  const final = curve.at(-1)?.l0 ?? Number.NaN;
  const warnings = [
    ...fewVectors(steps * size, features, size),
    ...sparsityWarnings(final, width, Math.exp(state.logLambda.item()), sparsity),
  ];
  return { sae: foldScale(learned, scale), log: { curve, resampled, warnings } };
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new CajalError("argument", `trainSae: ${what}`);
}

/** The mean of vectors, and s such that the mean distance from it is s·√d: of the first batches. */
async function scaleOf(data: VectorBatches): Promise<{ mean: Float64Array; scale: number }> {
  const { size, width, count } = data;
  const samples: Tensor[] = [];
  for (let i = 0; i < Math.min(50, Math.floor(count / size)); i++) samples.push(await data.batch(i));
  const mean = new Float64Array(width);
  const rows = samples.length * size;
  for (const { data: z } of samples) for (let k = 0; k < z.length; k++) mean[k % width] += Number(z[k]) / rows;
  let distance = 0;
  for (const { data: z } of samples)
    for (let row = 0; row < size; row++) {
      let square = 0;
      for (let j = 0; j < width; j++) square += (Number(z[row * width + j]) - mean[j]) ** 2;
      distance += Math.sqrt(square) / rows;
    }
  if (!(distance > 0))
    throw new CajalError("argument", "trainSae: all vectors are the same: there is nothing to learn");
  return { mean, scale: distance / Math.sqrt(width) };
}

function planOf(given: TrainOptions["resample"], steps: number): ResampleOptions | undefined {
  if (given === false) return undefined;
  return { every: Math.max(1, Math.min(25_000, Math.floor(steps / 5))), times: 4, ...given };
}

/** Fewer than 100 vectors per feature and batch row: features die before they are found. */
function fewVectors(tokens: number, features: number, batch: number): string[] {
  const [seen, wanted] = [tokens, Math.ceil((100 * features) / batch) * batch];
  if (seen >= wanted) return [];
  return [
    `${seen} vectors for ${features} features: fewer than 100 per feature (${wanted}); many features may stay dead. Give more text, fewer features, or more passes (tokens).`,
  ];
}

/** @param l0 active features per vector in the last step */
export function sparsityWarnings(l0: number, width: number, lambda: number, sparsity: Sparsity): string[] {
  const price = `λ = ${lambda.toPrecision(3)}`;
  const knob = (way: string) => (sparsity.kind === "topk" ? `${way === "lower" ? "raise" : "lower"} k` : `${way} λ`);
  if (l0 < 0.5)
    return [
      `${l0.toFixed(2)} features are active per vector (${price}): almost nothing is explained; ${knob("lower")}.`,
    ];
  if (l0 > width / 2)
    return [
      `${l0.toFixed(1)} features are active per vector, more than half of ${width} coordinates (${price}): not sparse; ${knob("raise")}.`,
    ];
  return [];
}

function beginWarnings(model: LanguageModel, texts: Texts): string[] {
  const begin = model.begin ?? [];
  if (begin.length === 0) return [];
  const without = texts.filter((text) => marksOf(model, text) === 0).length;
  if (without === 0) return [];
  return [
    `${without} of ${texts.length} texts do not begin with the token ${begin.join(", ")} that ${model.name} expects: heads that rest on it say something else. Take tokens from model.encode(text).`,
  ];
}
