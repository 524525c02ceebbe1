/** @file The gated recurrent unit (Cho et al. 2014), in the form whose reset gate acts behind the recurrent product. */

import { type Rng, Tensor, type Value } from "../../graph/index.ts";
import { initRecurrent, type Recurrent } from "./recurrent.ts";

/** Gates in the order reset, update, candidate: input [in, 3·hidden], recurrent [hidden, 3·hidden], bias [3·hidden]. */
export interface Gru<T> extends Recurrent<T> {
  /** Of the candidate's recurrent part, within the reset gate: [hidden]. */
  readonly recurrentBias: T;
}

/** [batch, hidden] */
export interface GruState<T> {
  readonly hidden: T;
}

export function initGru(rng: Rng, inputs: number, hidden: number): Gru<Tensor> {
  return { ...initRecurrent(rng, inputs, hidden, 3), recurrentBias: Tensor.zeros([hidden]) };
}

export function initGruState(p: Gru<Tensor>, batch: number): GruState<Tensor> {
  return { hidden: Tensor.zeros([batch, p.recurrent.shape[0]]) };
}

/** One step: x [batch, in]; the state it returns holds the output. */
export function gruStep(p: Gru<Value | Tensor>, state: GruState<Value>, x: Value): GruState<Value> {
  return gruCell(p, state, x.matmul(p.input).add(p.bias));
}

/**
 * r = σ(xᵣ + hUᵣ), z = σ(x_z + hU_z), n = tanh(xₙ + r·(hUₙ + c)), h ← n + z·(h − n).
 * @param projected x·W + b, which needs no state
 */
export function gruCell(p: Gru<Value | Tensor>, { hidden }: GruState<Value>, projected: Value): GruState<Value> {
  const [xReset, xUpdate, xCandidate] = projected.split(3, -1);
  const [hReset, hUpdate, hCandidate] = hidden.matmul(p.recurrent).split(3, -1);
  const reset = xReset.add(hReset).sigmoid();
  const update = xUpdate.add(hUpdate).sigmoid();
  const candidate = xCandidate.add(reset.mul(hCandidate.add(p.recurrentBias))).tanh();
  return { hidden: candidate.add(update.mul(hidden.sub(candidate))) };
}
