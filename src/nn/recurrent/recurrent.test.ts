import { describe, expect, it } from "vitest";
import { concat, grad, leavesOf, type Replace, Rng, Tensor, type Value } from "../../graph/index.ts";
import { expectClose, run } from "../testing/run.ts";
import { type Gru, type GruState, gruStep, initGru } from "./gru.ts";
import { initLstm, initLstmState, type Lstm, type LstmState, lstmStep } from "./lstm.ts";
import { initRnn, type Rnn, type RnnState, rnnStep } from "./rnn.ts";
import { gru, lstm, rnn, type Sequence, type SequenceOptions } from "./sequence.ts";

const rng = new Rng(41);
const [inputs, hidden] = [3, 4];
const x = rng.normal([1, inputs]);
const h = rng.normal([1, hidden]);
const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

/** Row vector times matrix. */
function times(row: ArrayLike<number>, matrix: Tensor): number[] {
  const [rows, columns] = matrix.shape;
  const m = matrix.numbers();
  return Array.from({ length: columns }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += row[i] * m[i * columns + j];
    return sum;
  });
}
const gate = (z: readonly number[], k: number) => z.slice(k * hidden, (k + 1) * hidden);

it("rnn: h ← tanh(x·W + h·U + b)", async () => {
  const p = { ...initRnn(rng, inputs, hidden), bias: rng.normal([hidden]) };
  const [a, b, bias] = [times(x.numbers(), p.input), times(h.numbers(), p.recurrent), p.bias.numbers()];
  const y = await run((s: RnnState<Value>, v: Value) => rnnStep(p, s, v), { hidden: h }, x);
  expectClose(
    y.hidden,
    a.map((v, i) => Math.tanh(v + b[i] + bias[i])),
  );
});

it("lstm: its published equations", async () => {
  const p = initLstm(rng, inputs, hidden);
  const c = rng.normal([1, hidden]);
  const [a, b, bias] = [times(x.numbers(), p.input), times(h.numbers(), p.recurrent), p.bias.numbers()];
  const z = a.map((v, i) => v + b[i] + bias[i]);
  const cell = gate(z, 0).map(
    (i, k) => sigmoid(gate(z, 1)[k]) * c.numbers()[k] + sigmoid(i) * Math.tanh(gate(z, 2)[k]),
  );
  const y = await run((s: LstmState<Value>, v: Value) => lstmStep(p, s, v), { hidden: h, cell: c }, x);
  expectClose(y.cell, cell);
  expectClose(
    y.hidden,
    gate(z, 3).map((o, k) => sigmoid(o) * Math.tanh(cell[k])),
  );
  expect([...gate([...bias], 1)]).toEqual([1, 1, 1, 1]);
  expect(initLstmState(p, 7).cell.shape).toEqual([7, hidden]);
});

it("gru: its published equations; an open update gate keeps the state", async () => {
  const p = { ...initGru(rng, inputs, hidden), bias: rng.normal([3 * hidden]), recurrentBias: rng.normal([hidden]) };
  const bias = p.bias.numbers();
  const a = times(x.numbers(), p.input).map((v, i) => v + bias[i]);
  const b = times(h.numbers(), p.recurrent);
  const expected = Array.from({ length: hidden }, (_, k) => {
    const reset = sigmoid(gate(a, 0)[k] + gate(b, 0)[k]);
    const update = sigmoid(gate(a, 1)[k] + gate(b, 1)[k]);
    const candidate = Math.tanh(gate(a, 2)[k] + reset * (gate(b, 2)[k] + p.recurrentBias.numbers()[k]));
    return (1 - update) * candidate + update * h.numbers()[k];
  });
  const step = (from: typeof p) => run((s: GruState<Value>, v: Value) => gruStep(from, s, v), { hidden: h }, x);
  expectClose((await step(p)).hidden, expected);
  const open = {
    ...p,
    bias: Tensor.of(Array.from({ length: 3 * hidden }, (_, i) => (Math.floor(i / hidden) === 1 ? 50 : 0))),
  };
  expectClose((await step(open)).hidden, h);
});

describe("over a sequence, a layer is its cell, step by step, with the same derivatives", () => {
  const sequence = rng.normal([2, 5, inputs]);
  const start = () => rng.normal([2, hidden]);
  /** Σ y² of the outputs and what the last state is, from the whole and from single steps. */
  function both<P, S extends { hidden: Value }>(
    whole: (p: P, x: Value, options: SequenceOptions<S>) => Sequence<S>,
    step: (p: P, state: S, x: Value) => S,
    options: { reverse?: boolean; checkpoint?: boolean },
  ) {
    const order = [0, 1, 2, 3, 4];
    if (options.reverse) order.reverse();
    return (p: P, state: Replace<S, Value>, x: Value) => {
      const single = (q: P) => {
        let current = state as unknown as S;
        const outputs: Value[] = [];
        for (const t of order) {
          current = step(q, current, x.slice([t], [t + 1], [1]).squeeze(1));
          outputs[t] = current.hidden.unsqueeze(1);
        }
        return { y: concat(outputs, 1), state: current };
      };
      const all = (q: P) => whole(q, x, { state, ...options });
      return {
        whole: all(p),
        single: single(p),
        slopes: grad((q: P) => all(q).y.square().sum())(p),
        singleSlopes: grad((q: P) => single(q).y.square().sum())(p),
      };
    };
  }
  function same(a: unknown, b: unknown): void {
    const [left, right] = [leavesOf(a) as Tensor[], leavesOf(b) as Tensor[]];
    expect(left.length).toBe(right.length);
    for (const [i, leaf] of left.entries()) expectClose(leaf, right[i], 4);
  }
  it.each([{}, { reverse: true }, { checkpoint: true }])("%o", async (options) => {
    const [l, g, r] = [initLstm(rng, inputs, hidden), initGru(rng, inputs, hidden), initRnn(rng, inputs, hidden)];
    const ofLstm = await run(
      both<Lstm<Value>, LstmState<Value>>(lstm, lstmStep, options),
      l,
      { hidden: start(), cell: start() },
      sequence,
    );
    const ofGru = await run(both<Gru<Value>, GruState<Value>>(gru, gruStep, options), g, { hidden: start() }, sequence);
    const ofRnn = await run(both<Rnn<Value>, RnnState<Value>>(rnn, rnnStep, options), r, { hidden: start() }, sequence);
    for (const result of [ofLstm, ofGru, ofRnn]) {
      same(result.whole, result.single);
      same(result.slopes, result.singleSlopes);
    }
    expect(ofLstm.whole.y.shape).toEqual([2, 5, hidden]);
  });
});
