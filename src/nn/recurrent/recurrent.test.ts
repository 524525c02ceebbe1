import { expect, it } from "vitest";
import { Rng, Tensor, type Value } from "../../graph/index.ts";
import { expectClose, run } from "../testing/run.ts";
import { type GruState, gruStep, initGru } from "./gru.ts";
import { initLstm, initLstmState, type LstmState, lstmStep } from "./lstm.ts";
import { initRnn, type RnnState, rnnStep } from "./rnn.ts";

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
