/**
 * @file Updating: what a model says after one prompt is changed by the smallest change of a layer's output columns O that leaves them, as far as
 * possible, what they are for all else: ΔO = (v* − O·a)(C⁻¹a)ᵀ / (aᵀC⁻¹a), with C = E[a·aᵀ] on general text (Meng et al. 2022, eq. 2 of
 * arXiv:2202.05262).
 */

import { CajalError, type Compiled, compile, Tensor, type Value, valueAndGrad } from "../../../graph/index.ts";
import { solve } from "../../../graph/linear-algebra/index.ts";
import { adam, applyUpdates, crossEntropies, type OptimiserState } from "../../../nn/index.ts";
import type { TextModel, Weights } from "../../../probe/index.ts";
import { type Brick, baseOf, type ColumnChange, changeColumns } from "./brick.ts";
import { type FeedForward, findFeedForward, outputNorms } from "./feed-forward.ts";
import { tapped } from "./prompt-activity.ts";
import { onTexts, type PassOptions, type Tokens } from "./text-passes.ts";

export interface BrickEdit {
  readonly prompt: Tokens;
  /** What shall follow it. */
  readonly target: Tokens;
  /** Number of the layer whose columns change. Default: the last. */
  readonly layer?: number;
}

export interface UpdateOptions extends PassOptions {
  /** What each token of the target shall be given at least. Default 0.6. */
  readonly probability?: number;
  /** Default 100. */
  readonly steps?: number;
  /** What is added to the diagonal of C, as a share of its mean. Default 0.01. */
  readonly ridge?: number;
}

export interface Updated {
  readonly brick: Brick;
  /** The neurons that write most at the prompt's end: |a_i|·‖o_i‖. */
  readonly strongest: readonly { readonly neuron: string; readonly strength: number }[];
  /** The least probability of a token of the target with the brick on. */
  readonly probability: number;
}

/** A brick that changes what follows one prompt. @param general texts that shall stay as they are @throws CajalError as `BrickUpdater` */
export async function updateBrick(
  model: TextModel,
  edit: BrickEdit,
  general: readonly Tokens[],
  options?: UpdateOptions,
): Promise<Updated> {
  const updater = await BrickUpdater.of(model, general, { ...options, layer: edit.layer });
  try {
    return await updater.update(edit);
  } finally {
    await updater.release();
  }
}

/** Price of the mean square of a change, in units of what the layer writes. */
const decay = 1e-3;

type Change = Pick<ColumnChange, "key" | "value">;

interface StepFeeds<T> {
  readonly key: T;
  /** Changes that are on already. */
  readonly before: readonly { readonly key: T; readonly value: T }[];
  /** Of the change: the size of what the layer writes. */
  readonly scale: T;
  /** [1, steps] */
  readonly tokens: T;
  /** [1, 1] */
  readonly wanted: T;
}

type Step = Compiled<
  [Weights<Value>, Value, OptimiserState<Value>, StepFeeds<Value>],
  { sure: Value; change: Value; state: OptimiserState<Value> }
>;

/** Many updates of one layer: what they share is computed once. */
export class BrickUpdater {
  private readonly model: TextModel;
  private readonly layer: FeedForward;
  private readonly covariance: Tensor;
  private readonly norms: Float32Array;
  private readonly base: string;
  private readonly options: UpdateOptions;
  private readonly step: Step;
  private readonly optimiser = adam(0.1);

  private constructor(
    model: TextModel,
    layer: FeedForward,
    shared: { readonly covariance: Tensor; readonly norms: Float32Array; readonly base: string },
    options: UpdateOptions,
  ) {
    this.model = model;
    this.layer = layer;
    this.covariance = shared.covariance;
    this.norms = shared.norms;
    this.base = shared.base;
    this.options = options;
    this.step = this.compiledStep();
  }

  /** @throws CajalError `argument` for a layer that is not there, `no-data` without general texts */
  static async of(
    model: TextModel,
    general: readonly Tokens[],
    { layer: number, ...options }: UpdateOptions & { readonly layer?: number | undefined } = {},
  ): Promise<BrickUpdater> {
    const layers = await findFeedForward(model);
    const layer = layers[number ?? layers.length - 1];
    if (layer === undefined)
      throw new CajalError("argument", `updateBrick: there is no feed-forward layer ${number}`, {
        advice: `The model has ${layers.length}, from 0 on.`,
      });
    if (general.length === 0)
      throw new CajalError("no-data", "updateBrick: there are no general texts", {
        advice: "Give texts of what the model shall go on doing: they say which directions must not change.",
      });
    const covariance = await secondMoments(model, layer, general, options);
    return new BrickUpdater(
      model,
      layer,
      { covariance, norms: await outputNorms(layer), base: await baseOf(model) },
      options,
    );
  }

  /**
   * One change for each token of the target, each made with those before it on.
   * @throws CajalError `argument` for an empty prompt or target, `not-finite` when the model is
   */
  async update({ prompt, target }: Pick<BrickEdit, "prompt" | "target">): Promise<Updated> {
    if (prompt.length === 0 || target.length === 0)
      throw new CajalError("argument", "updateBrick: the prompt and the target need a token at least");
    const changes: Change[] = [];
    let [probability, strongest]: [number, Updated["strongest"]] = [1, []];
    for (const [i, token] of target.entries()) {
      const text = this.model.tokensOf([...prompt, ...target.slice(0, i)]);
      const { activations, written } = await this.atEnd(text);
      if (i === 0) strongest = this.strongest(activations);
      const found = await this.changeFor(text, token, await this.keyOf(activations), written, changes);
      changes.push(found.change);
      probability = Math.min(probability, found.probability);
    }
    const { read, name, written } = this.layer;
    const changed = changes.map((change) => ({ ...change, taps: { read, name, written } }));
    return { brick: { name: "update", base: this.base, added: [], changed }, strongest, probability };
  }

  private async changeFor(
    text: Tokens,
    token: number,
    key: Tensor,
    written: Tensor,
    before: readonly Change[],
  ): Promise<{ readonly change: Change; readonly probability: number }> {
    const { probability = 0.6, steps = 100, signal } = this.options;
    const scale = Math.hypot(...written.numbers()) / Math.sqrt(written.size) || 1;
    const feeds = {
      ...{ key, before, scale: Tensor.scalar(scale) },
      tokens: Tensor.of([...text], [1, text.length], "int64"),
      wanted: Tensor.of([token], [1, 1], "int64"),
    };
    let change = Tensor.zeros([this.layer.width]);
    let state: OptimiserState<Tensor> = this.optimiser.init(change);
    for (let i = 0; ; i++) {
      signal?.throwIfAborted();
      const next = await this.step(this.model.weights, change, state, feeds);
      const sure = next.sure.item();
      if (!Number.isFinite(sure)) throw new CajalError("not-finite", "updateBrick: the model's logits are not finite");
      if (sure >= probability || i === steps) {
        const value = Tensor.of(
          change.numbers().map((v) => scale * v),
          change.shape,
        );
        return { change: { key, value }, probability: sure };
      }
      change = next.change;
      state = next.state;
    }
  }

  async release(): Promise<void> {
    await this.step.release();
  }

  /** One step of Adam on the change, in units of what the layer writes; and how sure the model is before it. */
  private compiledStep(): Step {
    const { model, layer, optimiser } = this;
    return compile((weights, change, state, { key, before, scale, tokens, wanted }) => {
      const steps = tokens.shape[1];
      const present = tokens.mul(0).add(tokens.tracer.constant([1], "int64"));
      const surprise = (u: Value) => {
        const all = [...before, { key, value: u.mul(scale) }];
        const edits = all.map((one) => changeColumns(one.key, one.value, layer));
        const logits = model.edit({ [layer.written]: edits }).apply(tokens, present, weights);
        if (logits === undefined) throw new CajalError("shape", `${model.name} has no logits of the next token`);
        return crossEntropies(logits.slice([steps - 1], [steps], [1]), wanted).mean();
      };
      // Of changes that do the same, the smallest.
      const [loss, gradient] = valueAndGrad((u: Value) => surprise(u).add(u.square().mean().mul(decay)))(change);
      const next = optimiser.update(gradient, state, change);
      return {
        sure: change.square().mean().mul(decay).sub(loss).exp(),
        change: applyUpdates(change, next.updates),
        state: next.state,
      };
    }, this.options.compile);
  }

  private async atEnd(prompt: Tokens): Promise<{ activations: Tensor; written: Tensor }> {
    const { model, layer } = this;
    let found: { activations: Tensor; written: Tensor } | undefined;
    await onTexts(
      model,
      [prompt],
      (feeds) => {
        const at = (value: Value) =>
          value
            .slice([prompt.length - 1], [prompt.length], [1])
            .slice([0], [1], [0])
            .reshape([-1]);
        const [a, y] = tapped(model, feeds, [layer.name, layer.written]);
        return { activations: at(a), written: at(y) };
      },
      ({ activations, written }) => {
        found = { activations, written };
      },
      { ...(this.options.compile && { compile: this.options.compile }) },
    );
    if (found === undefined) throw new CajalError("no-data", "updateBrick: the prompt was not run");
    return found;
  }

  /** C⁻¹a / (aᵀC⁻¹a). */
  private async keyOf(activations: Tensor): Promise<Tensor> {
    const run = compile((c: Value, a: Value) => {
      const direction = solve(c, a);
      return direction.div(direction.mul(a).sum());
    }, this.options.compile);
    try {
      const key = await run(this.covariance, Tensor.of(activations.numbers(), activations.shape, "float64"));
      return Tensor.of(key.numbers(), key.shape);
    } finally {
      await run.release();
    }
  }

  private strongest(activations: Tensor): Updated["strongest"] {
    const strengths = Array.from(activations.numbers(), (a, i) => ({
      neuron: `${this.layer.name}:${i}`,
      strength: Math.abs(a) * this.norms[i],
    }));
    return strengths.sort((a, b) => b.strength - a.strength).slice(0, 10);
  }
}

/** E[a·aᵀ] over the tokens of texts, float64 [neurons, neurons], with the ridge on its diagonal. */
async function secondMoments(
  model: TextModel,
  layer: FeedForward,
  texts: readonly Tokens[],
  { ridge = 0.01, ...passes }: UpdateOptions,
): Promise<Tensor> {
  const n = layer.neurons;
  const sums = new Float64Array(n * n);
  let tokens = 0;
  await onTexts(
    model,
    texts,
    (feeds) => {
      const [a] = tapped(model, feeds, [layer.name]);
      const rows = a.mul(feeds.own.unsqueeze(-1)).reshape([-1, n]);
      return { moments: rows.transpose().matmul(rows), tokens: feeds.own.sum() };
    },
    (results) => {
      const data = results.moments.data as Float32Array;
      for (let i = 0; i < data.length; i++) sums[i] += data[i];
      tokens += results.tokens.item();
    },
    passes,
  );
  let trace = 0;
  for (let i = 0; i < n; i++) trace += sums[i * (n + 1)];
  for (let i = 0; i < sums.length; i++) sums[i] /= tokens;
  for (let i = 0; i < n; i++) sums[i * (n + 1)] += (ridge * trace) / (n * tokens) + 1e-12;
  return new Tensor("float64", [n, n], sums);
}
