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
}

/** From what was before a step, with its batch and noise, to what is after it. */
export interface TrainingStep<P, B, S> {
  (before: Before<P, S, Tensor>, batch: B, rng: Rng): Promise<After<P, S>>;
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
    const [loss, gradient] = valueAndGrad(scalar)(before.params);
    const { updates, state: next } = optimiser.update(gradient, before.optimiser, before.params);
    return {
      loss,
      metrics: result?.metrics ?? {},
      params: applyUpdates(before.params, updates),
      state: result?.state ?? before.state,
      optimiser: next,
    };
  };
  const compiled = compile(graph, options);
  // To the compiler, a tree of Tensors turned into Values and back is another type than it was.
  const call = compiled as unknown as (
    ...args: Parameters<TrainingStep<P, B, S>>
  ) => Promise<Before<P, S, Tensor> & { loss: Tensor; metrics: Record<string, Tensor> }>;
  const step = async (...args: Parameters<TrainingStep<P, B, S>>) => {
    const { loss, metrics, ...next } = await call(...args);
    const numbers = Object.entries(metrics).map(([name, value]) => [name, value.item()]);
    return { ...next, loss: loss.item(), metrics: Object.fromEntries(numbers) as Record<string, number> };
  };
  return Object.assign(step, { release: () => compiled.release() });
}
