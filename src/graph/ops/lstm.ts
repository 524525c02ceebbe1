/**
 * @file LSTM, with gates in the order i, o, f, c:
 *
 *     i = f(Wᵢx + Rᵢh + pᵢ⊙c + bᵢ)     f = f(W_f x + R_f h + p_f⊙c + b_f)     c̃ = g(W_c x + R_c h + b_c)
 *     c′ = f⊙c + i⊙c̃                    o = f(Wₒx + Rₒh + pₒ⊙c′ + bₒ)          h′ = o⊙h(c′)
 */

import { type AttributeSpec, int, table } from "../op.ts";
import type { Value } from "../value.ts";
import { affine, type Cell, recurrentOp } from "./recurrent.ts";

const inputForget: AttributeSpec = { kind: "int", default: 0 };

const lstm: Cell = {
  name: "LSTM",
  gates: 4,
  activations: ["Sigmoid", "Tanh", "Tanh"],
  // As ONNX Runtime does it; the standard says "the input of activations".
  unclipped: [2],
  attributes: { input_forget: inputForget },
  oneBias: true,
  states: 2,
  step: (fromInput, [h, c], { recurrent, bias, peepholes }, [f, g, onCell], attributes) => {
    const hidden = h.length;
    const sums = affine(recurrent, h, 0, 4 * hidden, bias).map((v, k) => v + fromInput[k]);
    const peep = (gate: number, k: number) => peepholes?.[gate * hidden + k] ?? 0;
    const coupled = int(attributes, "input_forget") !== 0;
    const cell = c.map((before, k) => {
      const enter = f.of(sums[k] + peep(0, k) * before);
      const keep = coupled ? 1 - enter : f.of(sums[2 * hidden + k] + peep(2, k) * before);
      return keep * before + enter * g.of(sums[3 * hidden + k]);
    });
    const out = cell.map((after, k) => f.of(sums[hidden + k] + peep(1, k) * after) * onCell.of(after));
    return [out, cell];
  },
  build: (call, { recurrent, peepholes }, [f, g, onCell]) => {
    const [pi, po, pf] = peepholes ? peepholes.split(3, 0) : [];
    const peep = (sum: Value, weight: Value | undefined, cell: Value) => (weight ? sum.add(weight.mul(cell)) : sum);
    const coupled = int(call.attributes, "input_forget") !== 0;
    return (fromInput, [h, c]) => {
      const sums = fromInput.add(call.emit("Gemm", [h, recurrent], { transB: 1 }));
      const [i, o, forget, candidate] = sums.split(4, 1);
      const enter = f.on(peep(i, pi, c));
      const keep = coupled ? enter.neg().add(1) : f.on(peep(forget, pf, c));
      const cell = keep.mul(c).add(enter.mul(g.on(candidate)));
      return [f.on(peep(o, po, cell)).mul(onCell.on(cell)), cell];
    };
  },
};

export const lstmOps = table(recurrentOp(lstm));
