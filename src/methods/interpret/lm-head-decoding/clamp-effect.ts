/** @file What holding a neuron does to the probabilities of all tokens, averaged over the positions of texts. */

import {
  CajalError,
  type Compiled,
  type CompileOptions,
  collect,
  compile,
  intervene,
  Tensor,
  type Value,
} from "../../../graph/index.ts";
import {
  type NeuronWeights,
  neuronTaps,
  neuronWeights,
  ownTokens,
  perToken,
  type TextBatch,
  type TextModel,
  textBatches,
} from "../../../probe/index.ts";
import { type ClampPlace, checkValue, networkOf, saturationOf } from "./clamp.ts";
import type { NeuronAddress } from "./decode.ts";

/** Tokens of texts. */
export type Prompts = readonly (readonly number[])[];

export interface ClampEffect {
  readonly value: number;
  /** float32 [vocabulary]: mean change of ln p of each token as the next one. */
  readonly deltaLogProb: Float32Array;
  /** Mean change of the neuron itself, which is what is written. */
  readonly deltaProduct: number;
  readonly warning?: string;
}

export interface ClampEffectOptions {
  /** Default "up". */
  readonly at?: ClampPlace;
  readonly weights?: NeuronWeights;
  readonly compile?: CompileOptions;
  readonly signal?: AbortSignal;
}

/**
 * The effects of holding a neuron at values, at all positions of the prompts. Marks that begin every text, such as <s>, are held, too, and not
 * counted.
 * @throws CajalError `argument` for values that are no numbers, no such neuron, or prompts without tokens
 */
export async function clampEffect(
  model: TextModel,
  neuron: NeuronAddress,
  values: readonly number[],
  prompts: Prompts,
  options: ClampEffectOptions = {},
): Promise<ClampEffect[]> {
  const weights = options.weights ?? (await neuronWeights(model));
  const [usual] = await calibrate(model, [neuron], prompts, { ...options, weights });
  const runner = new ClampRunner(model, weights, prompts, options);
  try {
    const effects: ClampEffect[] = [];
    for (const value of values) effects.push(await runner.effect(neuron, value, usual));
    return effects;
  } finally {
    await runner.release();
  }
}

/** What a neuron usually is. */
export interface NeuronRange {
  /** 99th percentile of what its up projection gives, without sign. */
  readonly up99: number;
  /** Means over positions of the up projection's output and of the neuron itself. */
  readonly meanUp: number;
  readonly meanProduct: number;
  /** Mean of what the gate reads, before activation. */
  readonly meanGate?: number;
}

/**
 * The ranges of neurons on texts, marks at their beginning not counted.
 * @throws CajalError `argument` as `clampEffect`
 */
export async function calibrate(
  model: TextModel,
  neurons: readonly NeuronAddress[],
  prompts: Prompts,
  options: Omit<ClampEffectOptions, "at"> = {},
): Promise<NeuronRange[]> {
  const weights = options.weights ?? (await neuronWeights(model));
  const places = neurons.map((neuron) => {
    const network = networkOf(weights, neuron);
    return { unit: neuron.index, taps: network.taps, layers: neuronTaps(network) };
  });
  const names = [...new Set(places.flatMap(({ layers }) => layers))];
  const unitsOf = (name: string) => [
    ...new Set(places.filter(({ layers }) => layers.includes(name)).map(({ unit }) => unit)),
  ];
  const units = new Map(names.map((name) => [name, unitsOf(name)]));
  const run = compile((params: Record<string, Value>, tokens: Value, present: Value) => {
    const apply = (t: Value, p: Value) => model.apply(t, p, params);
    const { taps } = collect(apply, (name) => units.has(name))(tokens, present);
    return names.map((name) =>
      (perToken(taps[name], name, tokens) as Value).gather(
        Tensor.of(units.get(name) as number[], [units.get(name)?.length ?? 0], "int64"),
        1,
      ),
    );
  }, options.compile);
  const seen = new Map(names.map((name) => [name, (units.get(name) as number[]).map(() => [] as number[])]));
  try {
    for (const { tokens, present, counted } of feedsOf(model, prompts, options)) {
      const taken = await run(model.weights, tokens, present);
      for (const [i, name] of names.entries()) {
        const columns = seen.get(name) as number[][];
        for (let row = 0; row < counted.size; row++)
          if (counted.data[row] === 1)
            for (let k = 0; k < columns.length; k++) columns[k].push(Number(taken[i].data[row * columns.length + k]));
      }
    }
  } finally {
    await run.release();
  }
  return places.map(({ unit, taps }) => {
    const of = (name: string) => (seen.get(name) as number[][])[(units.get(name) as number[]).indexOf(unit)];
    const sizes = Float64Array.from(of(taps.up), Math.abs).sort();
    return {
      up99: sizes[Math.min(sizes.length - 1, Math.floor(0.99 * sizes.length))],
      meanUp: mean(of(taps.up)),
      meanProduct: mean(of(taps.product)),
      ...(taps.gate !== undefined && { meanGate: mean(of(taps.gate)) }),
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

type Run = (
  params: Record<string, Value>,
  tokens: Value,
  present: Value,
  counted: Value,
  masks: Record<string, Value>,
  value: Value,
) => { logProbs: Value; product: Value };

interface Answer {
  /** Mean ln p of each token. */
  readonly logProbs: Float64Array;
  /** Mean of the held neuron. */
  readonly product: number;
}

/** One graph for all neurons of a model: which one is held, and at what, are its inputs. */
export class ClampRunner {
  private readonly model: TextModel;
  private readonly weights: NeuronWeights;
  private readonly place: ClampPlace;
  private readonly batches: readonly Batch[];
  private readonly signal: AbortSignal | undefined;
  private readonly run: Compiled<Parameters<Run>, ReturnType<Run>>;
  /** Nobody is held. */
  private readonly free: Readonly<Record<string, Tensor>>;
  private plain: Promise<Answer> | undefined;

  constructor(
    model: TextModel,
    weights: NeuronWeights,
    prompts: Prompts,
    { at = "up", compile: how, signal }: ClampEffectOptions = {},
  ) {
    this.model = model;
    this.weights = weights;
    this.place = at;
    this.signal = signal;
    this.batches = [...feedsOf(model, prompts, { numbersPerToken: weights.vocabulary })];
    this.free = Object.fromEntries(
      weights.networks.map(({ taps, neurons }) => [taps[at], Tensor.zeros([neurons], "bool")]),
    );
    this.run = compile(runOf(model, weights, at), how);
  }

  /** @param usual its range on these prompts */
  async effect(neuron: NeuronAddress, value: number, usual: NeuronRange): Promise<ClampEffect> {
    checkValue(value);
    this.plain ??= this.answer(this.free, 0);
    const before = await this.plain;
    const { taps, neurons } = networkOf(this.weights, neuron);
    const mask = Tensor.of(
      Array.from({ length: neurons }, (_, i) => Number(i === neuron.index)),
      [neurons],
      "bool",
    );
    const held = await this.answer({ ...this.free, [taps[this.place]]: mask }, value);
    const warning = this.place === "up" ? saturationOf(value, usual.up99) : undefined;
    return {
      value,
      deltaLogProb: Float32Array.from(held.logProbs, (v, token) => v - before.logProbs[token]),
      deltaProduct: held.product - usual.meanProduct,
      ...(warning && { warning }),
    };
  }

  async release(): Promise<void> {
    await this.run.release();
  }

  private async answer(masks: Readonly<Record<string, Tensor>>, value: number): Promise<Answer> {
    const logProbs = new Float64Array(this.weights.vocabulary);
    let [product, count] = [0, 0];
    for (const { tokens, present, counted } of this.batches) {
      this.signal?.throwIfAborted();
      const result = await this.run(this.model.weights, tokens, present, counted, masks, Tensor.scalar(value));
      for (const [token, sum] of result.logProbs.numbers().entries()) logProbs[token] += sum;
      product += result.product.item();
      count += counted.numbers().reduce((a, b) => a + b, 0);
    }
    return { logProbs: logProbs.map((sum) => sum / count), product: product / count };
  }
}

/** Sums over counted positions. */
function runOf(model: TextModel, { networks }: NeuronWeights, place: ClampPlace): Run {
  return (params, tokens, present, counted, masks, value) => {
    const held = Object.fromEntries(
      Object.entries(masks).map(([name, mask]) => [name, (v: Value) => mask.where(value.cast(v.dtype), v)]),
    );
    const apply = intervene((t: Value, p: Value) => model.apply(t, p, params), held);
    const products = new Map(networks.map(({ taps }) => [taps.product, taps[place]]));
    const { result: logits, taps } = collect(apply, (name) => products.has(name))(tokens, present);
    const weights = counted.reshape([1, counted.shape[0] * counted.shape[1]]);
    if (logits === undefined) throw new CajalError("shape", `${model.name} has no logits of the next token`);
    const all = logits.reshape([weights.shape[1], logits.shape[2]]).logSoftmax(-1);
    // The held neuron is where the mask is 1; all others are taken out.
    const sums = [...products].map(([product, place]) =>
      weights
        .matmul(perToken(taps[product], product, tokens) as Value)
        .mul(masks[place].cast("float32"))
        .sum(),
    );
    return { logProbs: weights.matmul(all).squeeze(0), product: sums.reduce((a, b) => a.add(b)) };
  };
}

interface Batch extends TextBatch {
  /** float32 [batch, steps]: 1 where a token counts. */
  readonly counted: Tensor;
}

/** All prompts in batches as large as they may be. */
function* feedsOf(
  model: TextModel,
  prompts: Prompts,
  { numbersPerToken = 1, signal }: { readonly numbersPerToken?: number; readonly signal?: AbortSignal },
): Generator<Batch> {
  if (prompts.length === 0) throw new CajalError("argument", "a clamp is measured on prompts, and there are none");
  for (const prompt of prompts) model.tokensOf(prompt);
  for (const part of textBatches(model, prompts, { batch: Number.POSITIVE_INFINITY, numbersPerToken, signal }))
    yield { ...part, counted: ownTokens(model, prompts, part) };
}
