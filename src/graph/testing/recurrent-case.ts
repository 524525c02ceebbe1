/** @file Inputs of recurrent ops for tests. */

import type { Attributes } from "../op.ts";
import type { OpCase, TestInput } from "./check-op.ts";

export interface RecurrentCase {
  readonly op: "LSTM" | "GRU" | "RNN";
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly direction?: "forward" | "reverse" | "bidirectional";
  readonly bias?: boolean;
  readonly lengths?: readonly number[];
  readonly initial?: boolean;
  readonly peepholes?: boolean;
  readonly attributes?: Attributes;
  readonly seed?: number;
}

/** The op's case for `checkOp`, with weights small enough that nothing saturates. */
export function recurrentCase(test: RecurrentCase): OpCase {
  const { op, steps, batch, inputs, hidden, direction = "forward", seed } = test;
  const rows = { LSTM: 4, GRU: 3, RNN: 1 }[op] * hidden;
  const directions = direction === "bidirectional" ? 2 : 1;
  const weights = (...shape: number[]): TestInput => ({ shape, range: [-1, 1] });
  const state = test.initial ? weights(directions, batch, hidden) : undefined;
  return {
    op,
    inputs: [
      { shape: [steps, batch, inputs] },
      weights(directions, rows, inputs),
      weights(directions, rows, hidden),
      test.bias ? weights(directions, 2 * rows) : undefined,
      test.lengths && { shape: [batch], dtype: "int32", values: test.lengths },
      state,
      op === "LSTM" ? state : undefined,
      test.peepholes ? weights(directions, 3 * hidden) : undefined,
    ],
    attributes: { hidden_size: hidden, direction, ...test.attributes },
    outputs: op === "LSTM" ? 3 : 2,
    ...(seed !== undefined && { seed }),
  };
}
