/** @file The plain recurrent cell (Elman 1990): h ← tanh(x·W + h·U + b). */

import { type Rng, Tensor, type Value } from "../../graph/index.ts";
import { type Activation, tanh } from "../activations.ts";
import { initRecurrent, type Recurrent } from "./recurrent.ts";

/** input W [in, hidden], recurrent U [hidden, hidden], bias b [hidden]. */
export type Rnn<T> = Recurrent<T>;

/** [batch, hidden] */
export interface RnnState<T> {
  readonly hidden: T;
}

/** W by glorot(), U orthogonal, b zero. */
export function initRnn(rng: Rng, inputs: number, hidden: number): Rnn<Tensor> {
  return initRecurrent(rng, inputs, hidden, 1);
}

export function initRnnState(p: Rnn<Tensor>, batch: number): RnnState<Tensor> {
  return { hidden: Tensor.zeros([batch, p.recurrent.shape[0]]) };
}

/** One step: x [batch, in]; the state it returns holds the output. */
export function rnnStep(
  p: Rnn<Value | Tensor>,
  state: RnnState<Value>,
  x: Value,
  activation: Activation = tanh,
): RnnState<Value> {
  return rnnCell(p, state, x.matmul(p.input).add(p.bias), activation);
}

/** @param projected x·W + b, which needs no state */
export function rnnCell(
  p: Rnn<Value | Tensor>,
  { hidden }: RnnState<Value>,
  projected: Value,
  activation: Activation = tanh,
): RnnState<Value> {
  return { hidden: activation(projected.add(hidden.matmul(p.recurrent))) };
}
