/** @file The long short-term memory cell (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000). */

import { type Rng, Tensor, type Value } from "../../graph/index.ts";
import { initRecurrent, type Recurrent } from "./recurrent.ts";

/** Gates in the order input, forget, candidate, output: input [in, 4·hidden], recurrent [hidden, 4·hidden], bias [4·hidden]. */
export type Lstm<T> = Recurrent<T>;

/** Each [batch, hidden]. */
export interface LstmState<T> {
  readonly hidden: T;
  readonly cell: T;
}

/** The forget gate's bias begins as 1, so that the cell remembers (Jozefowicz et al. 2015). */
export function initLstm(rng: Rng, inputs: number, hidden: number): Lstm<Tensor> {
  const bias = Float32Array.from({ length: 4 * hidden }, (_, i) => (Math.floor(i / hidden) === 1 ? 1 : 0));
  return { ...initRecurrent(rng, inputs, hidden, 4), bias: new Tensor("float32", [4 * hidden], bias) };
}

export function initLstmState(p: Lstm<Tensor>, batch: number): LstmState<Tensor> {
  const zeros = () => Tensor.zeros([batch, p.recurrent.shape[0]]);
  return { hidden: zeros(), cell: zeros() };
}

/** One step: x [batch, in]; `hidden` of the state it returns is the output. */
export function lstmStep(p: Lstm<Value | Tensor>, state: LstmState<Value>, x: Value): LstmState<Value> {
  return lstmCell(p, state, x.matmul(p.input).add(p.bias));
}

/**
 * c ← σ(f)·c + σ(i)·tanh(g), h ← σ(o)·tanh(c).
 * @param projected x·W + b, which needs no state
 */
export function lstmCell(
  p: Lstm<Value | Tensor>,
  { hidden, cell }: LstmState<Value>,
  projected: Value,
): LstmState<Value> {
  const [input, forget, candidate, output] = projected.add(hidden.matmul(p.recurrent)).split(4, -1);
  const next = forget.sigmoid().mul(cell).add(input.sigmoid().mul(candidate.tanh()));
  return { hidden: output.sigmoid().mul(next.tanh()), cell: next };
}
