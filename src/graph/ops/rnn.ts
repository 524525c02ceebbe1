/** @file RNN: h′ = f(Wx + b_W + Rh + b_R). */

import { table } from "../op.ts";
import { affine, type Cell, recurrentOp } from "./recurrent.ts";

const rnn: Cell = {
  name: "RNN",
  gates: 1,
  activations: ["Tanh"],
  attributes: {},
  oneBias: true,
  states: 1,
  step: (fromInput, [h], { recurrent, bias }, [f]) => [
    affine(recurrent, h, 0, h.length, bias).map((v, k) => f.of(v + fromInput[k])),
  ],
  build:
    (call, { recurrent }, [f]) =>
    (fromInput, [h]) => [f.on(fromInput.add(call.emit("Gemm", [h, recurrent], { transB: 1 })))],
};

export const rnnOps = table(recurrentOp(rnn));
