/** @file Steps of training as one compiled graph: loss, gradient, optimiser, once or several times. */

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

/** What a step tells. */
export interface StepReport {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

interface After<P, S> extends Before<P, S, Tensor> {
  /** Of each step. */
  readonly reports: readonly StepReport[];
  /** Of the last step's loss, before the optimiser made anything of them: a tree like the parameters. Only when asked for. */
  readonly gradients: P | undefined;
}

/** From what was before some steps, with a batch and noise for each, to what is after them, which may be on the device that computed it. */
export interface TrainingSteps<P, B, S> {
  (
    before: Before<P, S, Tensor>,
    batches: readonly B[],
    rngs: readonly Rng[],
    wantsGradients: boolean,
  ): Promise<After<P, S>>;
  release(): Promise<void>;
}

export function trainingSteps<P, B, S>(
  lossOf: Loss<P, B, S>,
  optimiser: Optimiser,
  options: CompileOptions = {},
): TrainingSteps<P, B, S> {
  type Params = Replace<P, Value>;
  type Standing = Before<Params, Replace<S, Value>, Value>;
  const one = (before: Standing, batch: Replace<B, Value>, noise: Noise) => {
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
      params: applyUpdates(before.params, updates),
      state: result?.state ?? before.state,
      optimiser: next,
    };
    return { after, report: { loss, metrics: result?.metrics ?? {} }, gradients };
  };
  const graph = (before: Standing, batches: readonly Replace<B, Value>[], noises: readonly Noise[]) => {
    let after = before;
    let gradients: Params | undefined;
    const reports = batches.map((batch, i) => {
      const done = one(after, batch, noises[i]);
      // To the compiler, Values in the place of Values are another type than they were.
      after = done.after as Standing;
      gradients = done.gradients as Params;
      return done.report;
    });
    return { after, reports, gradients };
  };
  // On a graphics card, what the next call takes stays there.
  const carrying = { ...options, stay: (path: string) => path.startsWith("after/") };
  // Gradients that nobody wants are not to be copied out of the runtime.
  const plain = compile((...args: Parameters<typeof graph>) => {
    const { after, reports } = graph(...args);
    return { after, reports };
  }, carrying);
  const whole = compile(graph, carrying);
  // And so are Tensors turned into Values and back.
  interface Raw {
    readonly after: Before<P, S, Tensor>;
    readonly reports: readonly { readonly loss: Tensor; readonly metrics: Record<string, Tensor> }[];
    readonly gradients?: P;
  }
  type Call = (before: Before<P, S, Tensor>, batches: readonly B[], rngs: readonly Rng[]) => Promise<Raw>;
  const calls = { plain: plain as unknown as Call, whole: whole as unknown as Call };
  const steps: (...args: Parameters<TrainingSteps<P, B, S>>) => Promise<After<P, S>> = async (
    before,
    batches,
    rngs,
    wantsGradients,
  ) => {
    const { after, reports, gradients } = await calls[wantsGradients ? "whole" : "plain"](before, batches, rngs);
    const numbers = reports.map(({ loss, metrics }) => ({
      loss: loss.item(),
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, value.item()])),
    }));
    return { ...after, reports: numbers, gradients };
  };
  return Object.assign(steps, {
    release: async () => {
      await Promise.all([plain.release(), whole.release()]);
    },
  });
}
