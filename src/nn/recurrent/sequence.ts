/** @file Recurrent layers over whole sequences: the cells within `scan`. What needs no state is one product for all steps. */

import { type Replace, scan, Tensor, type Value } from "../../graph/index.ts";
import type { Activation } from "../activations.ts";
import { type Gru, type GruState, gruCell } from "./gru.ts";
import { type Lstm, type LstmState, lstmCell } from "./lstm.ts";
import type { Recurrent } from "./recurrent.ts";
import { type Rnn, type RnnState, rnnCell } from "./rnn.ts";

export interface SequenceOptions<S> {
  /** Before the first step, [batch, hidden] each. Default: zeros. */
  readonly state?: Replace<S, Value>;
  /** From the last step to the first; outputs stay in place. Default false. */
  readonly reverse?: boolean;
  /** Recompute in the derivative instead of keeping all that the steps compute: see `scan`. Default false. */
  readonly checkpoint?: boolean;
}

export interface Sequence<S> {
  /** The hidden state after each step: [batch, steps, hidden]. */
  readonly y: Value;
  /** After the last step. */
  readonly state: S;
}

/** x [batch, steps, in] through a plain recurrent layer. */
export function rnn(
  p: Rnn<Value | Tensor>,
  x: Value,
  { activation, ...options }: SequenceOptions<RnnState<Value>> & { readonly activation?: Activation } = {},
): Sequence<RnnState<Value>> {
  const cell = (state: RnnState<Value>, projected: Value) => rnnCell(p, state, projected, activation);
  return overSteps(p, x, options.state ?? { hidden: zeros(p, x) }, cell, options);
}

/** x [batch, steps, in] through an LSTM layer. */
export function lstm(
  p: Lstm<Value | Tensor>,
  x: Value,
  options: SequenceOptions<LstmState<Value>> = {},
): Sequence<LstmState<Value>> {
  const state = options.state ?? { hidden: zeros(p, x), cell: zeros(p, x) };
  return overSteps(p, x, state, (before: LstmState<Value>, projected) => lstmCell(p, before, projected), options);
}

/** x [batch, steps, in] through a GRU layer. */
export function gru(
  p: Gru<Value | Tensor>,
  x: Value,
  options: SequenceOptions<GruState<Value>> = {},
): Sequence<GruState<Value>> {
  const state = options.state ?? { hidden: zeros(p, x) };
  return overSteps(p, x, state, (before: GruState<Value>, projected) => gruCell(p, before, projected), options);
}

function overSteps<S extends { readonly hidden: Value }>(
  p: Recurrent<Value | Tensor>,
  x: Value,
  state: S,
  cell: (state: S, projected: Value) => S,
  { reverse = false, checkpoint = false }: SequenceOptions<S>,
): Sequence<S> {
  const projected = x.matmul(p.input).add(p.bias).transpose([1, 0, 2]);
  const body = (before: S, input: Value) => {
    const after = cell(before, input);
    return { state: after, y: after.hidden };
  };
  const { state: last, ys } = scan(body, state, projected, { reverse, checkpoint });
  return { y: ys.transpose([1, 0, 2]), state: last };
}

function zeros(p: Recurrent<Value | Tensor>, x: Value): Value {
  return x.tracer.lift(Tensor.zeros([x.shape[0], p.recurrent.shape[0]], x.dtype), x.dtype);
}
