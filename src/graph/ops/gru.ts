/**
 * @file GRU, with gates in the order z, r, h:
 *
 *     z = f(W_z x + R_z h + b_z)     r = f(Wᵣx + Rᵣh + bᵣ)
 *     h̃ = g(W_h x + b_Wh + R_h(r⊙h) + b_Rh), or with linear_before_reset g(W_h x + b_Wh + r⊙(R_h h + b_Rh))
 *     h′ = (1 − z)⊙h̃ + z⊙h
 */

import { type AttributeSpec, int, table } from "../op.ts";
import { affine, type Cell, recurrentOp } from "./recurrent.ts";

const linearBeforeReset: AttributeSpec = { kind: "int", default: 0 };

const gru: Cell = {
  name: "GRU",
  gates: 3,
  activations: ["Sigmoid", "Tanh"],
  attributes: { linear_before_reset: linearBeforeReset },
  oneBias: false,
  states: 1,
  step: (fromInput, [h], { recurrent, bias }, [f, g], attributes) => {
    const hidden = h.length;
    const sums = affine(recurrent, h, 0, 2 * hidden, bias).map((v, k) => f.of(v + fromInput[k]));
    const [update, reset] = [sums.subarray(0, hidden), sums.subarray(hidden)];
    const linearFirst = int(attributes, "linear_before_reset") !== 0;
    const seen = linearFirst ? h : h.map((v, k) => v * reset[k]);
    const fromState = affine(recurrent, seen, 2 * hidden, hidden, bias?.subarray(2 * hidden));
    return [
      h.map((before, k) => {
        const candidate = g.of(fromInput[2 * hidden + k] + fromState[k] * (linearFirst ? reset[k] : 1));
        return (1 - update[k]) * candidate + update[k] * before;
      }),
    ];
  },
  build: (call, { recurrent, bias }, [f, g]) => {
    const hidden = recurrent.shape[1];
    const rows = (from: number, to: number) => [
      recurrent.slice([from * hidden], [to * hidden], [0]),
      bias?.slice([from * hidden], [to * hidden], [0]),
    ];
    const [gates, candidates] = [rows(0, 2), rows(2, 3)];
    const linearFirst = int(call.attributes, "linear_before_reset") !== 0;
    return (fromInput, [h]) => {
      const [xz, xr, xh] = fromInput.split(3, 1);
      const [hz, hr] = call.emit("Gemm", [h, ...gates], { transB: 1 }).split(2, 1);
      const [update, reset] = [f.on(xz.add(hz)), f.on(xr.add(hr))];
      const fromState = call.emit("Gemm", [linearFirst ? h : reset.mul(h), ...candidates], { transB: 1 });
      const candidate = g.on(xh.add(linearFirst ? reset.mul(fromState) : fromState));
      return [candidate.add(update.mul(h.sub(candidate)))];
    };
  },
};

export const gruOps = table(recurrentOp(gru));
