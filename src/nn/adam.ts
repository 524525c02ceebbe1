/** @file Adam (Kingma & Ba 2015). */

import { leavesOf, mapLeaves, type Replace, Tensor, type Value } from "../graph/index.ts";

/** The running means of gradient (m) and squared gradient (v), trees like the parameters, and the number of steps taken (a scalar). */
export interface AdamState<P, L extends Value | Tensor> {
  readonly m: Replace<P, L>;
  readonly v: Replace<P, L>;
  readonly step: L;
}

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export function adamInit<P>(params: P): AdamState<P, Tensor> {
  const zeros = () => mapLeaves(params, (leaf) => Tensor.zeros(leaf.shape, leaf.dtype));
  return { m: zeros(), v: zeros(), step: Tensor.scalar(0) };
}

/**
 * One step down the gradient.
 * @param rate learning rate, a scalar
 */
export function adamUpdate<P>(
  params: P,
  gradient: Replace<P, Value>,
  state: AdamState<P, Value>,
  rate: Value,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {},
): { params: Replace<P, Value>; state: AdamState<P, Value> } {
  const step = state.step.add(1);
  const correction = (beta: number) => step.tracer.lift(beta, step.dtype).pow(step).neg().add(1);
  // α·√(1−β₂ᵗ)/(1−β₁ᵗ), so that the means need no correction of their own.
  const alpha = rate.mul(correction(beta2).sqrt()).div(correction(beta1));
  const [g, m, v] = [gradient, state.m, state.v].map((tree) => leavesOf(tree) as Value[]);
  const means = g.map((gi, i) => m[i].mul(beta1).add(gi.mul(1 - beta1)));
  const squares = g.map((gi, i) => v[i].mul(beta2).add(gi.square().mul(1 - beta2)));
  let at = 0;
  const updated = mapLeaves(params, (leaf) => {
    const i = at++;
    return (leaf as Value).sub(alpha.mul(means[i]).div(squares[i].sqrt().add(epsilon)));
  });
  const like = (values: readonly Value[]) => {
    let next = 0;
    return mapLeaves(params, () => values[next++]);
  };
  return { params: updated, state: { m: like(means), v: like(squares), step } };
}
