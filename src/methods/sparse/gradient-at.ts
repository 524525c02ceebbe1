/** @file The gradient of a training loss at given parameters, once. */

import {
  type CompileOptions,
  compile,
  type Noise,
  type Replace,
  type Rng,
  Value,
  valueAndGrad,
} from "../../graph/index.ts";
import type { Loss } from "../../nn/index.ts";

/** The loss as a scalar, whatever else it returns. */
export function scalarLoss<P, B, S>(loss: Loss<P, B, S>) {
  return (params: Replace<P, Value>, batch: Replace<B, Value>, state: Replace<S, Value>, noise: Noise): Value => {
    const given = loss(params, batch, { state, noise });
    return given instanceof Value ? given : given.loss;
  };
}

/** ∂loss/∂params on a batch: a tree like the parameters. */
export async function gradientAt<P, B, S>(
  loss: Loss<P, B, S>,
  at: { readonly params: P; readonly batch: B; readonly state: S; readonly rng: Rng },
  options?: CompileOptions,
): Promise<P> {
  const scalar = scalarLoss(loss);
  const gradient = compile(
    (params: Replace<P, Value>, batch: Replace<B, Value>, state: Replace<S, Value>, noise: Noise) =>
      valueAndGrad((p: Replace<P, Value>) => scalar(p, batch, state, noise))(params)[1],
    options,
  );
  // To the compiler, a tree of Tensors turned into Values and back is another type than it was.
  const call = gradient as unknown as (params: P, batch: B, state: S, rng: Rng) => Promise<P>;
  const result = await call(at.params, at.batch, at.state, at.rng);
  await gradient.release();
  return result;
}
