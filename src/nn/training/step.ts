/** @file One step of training as one compiled graph: loss, gradient, optimiser. */

import {
  type CompileOptions,
  compile,
  type Noise,
  type Replace,
  type Rng,
  type Tensor,
  Value,
  valueAndGrad,
} from "../../graph/index.ts";
import { applyUpdates, type Optimiser, type OptimiserState } from "../optimisers/index.ts";

/** What a loss may return beside the loss itself. */
export interface LossResult<S> {
  /** A scalar. */
  readonly loss: Value;
  /** Further scalars to report. */
  readonly metrics?: Readonly<Record<string, Value>>;
  /** What the model carries along without learning it by gradients, such as running statistics. */
  readonly state?: Replace<S, Value>;
}

/** What a loss sees beside parameters and batch. */
export interface LossContext<S> {
  readonly state: Replace<S, Value>;
  /** Randomness that differs from step to step, for dropout and the like. */
  readonly noise: Noise;
}

/** What training makes small: a function of the parameters and of a batch. */
export type Loss<P, B, S> = (
  params: Replace<P, Value>,
  batch: Replace<B, Value>,
  context: LossContext<S>,
) => Value | LossResult<S>;

interface Before<P, S, L extends Tensor | Value> {
  readonly params: P;
  readonly state: S;
  readonly optimiser: OptimiserState<L>;
}

interface After<P, S> extends Before<P, S, Tensor> {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Of the loss, before the optimiser made anything of them: a tree like the parameters. Only when asked for. */
  readonly gradients: P | undefined;
}

/** From what was before a step, with its batch and noise, to what is after it. */
export interface TrainingStep<P, B, S> {
  (before: Before<P, S, Tensor>, batch: B, rng: Rng, wantsGradients: boolean): Promise<After<P, S>>;
  release(): Promise<void>;
}

export function trainingStep<P, B, S>(
  lossOf: Loss<P, B, S>,
  optimiser: Optimiser,
  options: CompileOptions = {},
): TrainingStep<P, B, S> {
  type Params = Replace<P, Value>;
  const graph = (before: Before<Params, Replace<S, Value>, Value>, batch: Replace<B, Value>, noise: Noise) => {
    // What else the loss computes on the way is no part of the gradient.
    let result: LossResult<S> | undefined;
    const scalar = (params: Params) => {
      const given = lossOf(params, batch, { state: before.state, noise });
      result = given instanceof Value ? { loss: given } : given;
      return result.loss;
    };
    const [loss, gradients] = valueAndGrad(scalar)(before.params);
    const { updates, state: next } = optimiser.update(gradients, before.optimiser, before.params);
    const after = {
      loss,
      metrics: result?.metrics ?? {},
      params: applyUpdates(before.params, updates),
      state: result?.state ?? before.state,
      optimiser: next,
    };
    return { after, gradients };
  };
  // Gradients that nobody wants are not to be copied out of the runtime at each step.
  const plain = compile((...args: Parameters<typeof graph>) => ({ after: graph(...args).after }), options);
  const whole = compile(graph, options);
  // To the compiler, a tree of Tensors turned into Values and back is another type than it was.
  type Raw = Before<P, S, Tensor> & { readonly loss: Tensor; readonly metrics: Record<string, Tensor> };
  type Call = (before: Before<P, S, Tensor>, batch: B, rng: Rng) => Promise<{ after: Raw; gradients?: P }>;
  const calls = { plain: plain as unknown as Call, whole: whole as unknown as Call };
  const step: (...args: Parameters<TrainingStep<P, B, S>>) => Promise<After<P, S>> = async (
    before,
    batch,
    rng,
    wantsGradients,
  ) => {
    const { after, gradients } = await calls[wantsGradients ? "whole" : "plain"](before, batch, rng);
    const { loss, metrics, ...next } = after;
    const numbers = Object.entries(metrics).map(([name, value]) => [name, value.item()]);
    return { ...next, loss: loss.item(), metrics: Object.fromEntries(numbers), gradients };
  };
  return Object.assign(step, {
    release: async () => {
      await Promise.all([plain.release(), whole.release()]);
    },
  });
}
