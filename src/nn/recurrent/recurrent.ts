/** @file What the parameters of recurrent layers have in common: their gates lie side by side along the last axis. */

import { type Rng, Tensor } from "../../graph/index.ts";
import { glorot, type Initialiser, orthogonal } from "../initialisers.ts";

/** input [in, gates · hidden], recurrent [hidden, gates · hidden], bias [gates · hidden]. */
export interface Recurrent<T> {
  readonly input: T;
  readonly recurrent: T;
  readonly bias: T;
}

/** Each gate's input weights by glorot(), its recurrent ones orthogonal; biases zero. */
export function initRecurrent(rng: Rng, inputs: number, hidden: number, gates: number): Recurrent<Tensor> {
  const sideBySide = (name: string, weight: Initialiser, from: number) => {
    const parts = Array.from({ length: gates }, (_, gate) =>
      weight(rng.split(name).split(gate), [from, hidden], { inputs: from, outputs: hidden }),
    );
    const whole = new Float32Array(from * gates * hidden);
    for (const [gate, { data }] of parts.entries())
      for (let row = 0; row < from; row++)
        for (let k = 0; k < hidden; k++) whole[(row * gates + gate) * hidden + k] = Number(data[row * hidden + k]);
    return new Tensor("float32", [from, gates * hidden], whole);
  };
  return {
    input: sideBySide("input", glorot(), inputs),
    recurrent: sideBySide("recurrent", orthogonal(), hidden),
    bias: Tensor.zeros([gates * hidden]),
  };
}
