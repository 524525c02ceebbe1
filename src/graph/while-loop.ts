/** @file whileLoop: a loop whose number of steps is decided when the graph runs. */

import { leavesAlike, tracerOf } from "./alike.ts";
import { CajalError } from "./error.ts";
import { inBody } from "./names.ts";
import { emitLoop } from "./ops/loop.ts";
import { leavesOf, withLeaves } from "./tree.ts";
import type { Value } from "./value.ts";

export interface WhileLoopOptions {
  /** Stops after so many steps even where the condition still holds. */
  readonly maxSteps?: number;
}

/**
 * Runs `body` on the state as long as the condition holds. It has a forward derivative, no reverse one (see `scan`). Taps in the body can
 * be replaced, not collected.
 * @param condition one bool [] from the state
 * @param init the state before the first step: a tree; each step must give one of the same dtypes and shapes
 * @returns the state at the end, and how many steps were run (int64 [])
 * @throws CajalError `shape` when the condition is not one bool or a step changes the type of the state
 */
export function whileLoop<S>(
  condition: (state: S) => Value,
  body: (state: S) => S,
  init: S,
  options: WhileLoopOptions = {},
): { state: S; steps: Value } {
  const { maxSteps } = options;
  if (maxSteps !== undefined && !(Number.isInteger(maxSteps) && maxSteps >= 0))
    throw new CajalError("argument", `whileLoop: maxSteps is ${maxSteps}, not a whole number`);
  const tracer = tracerOf("whileLoop", [init]);
  const initial = leavesOf(init).map((leaf) => tracer.lift(leaf, leaf.dtype));
  const holds = (state: S): Value => {
    const value = inBody("whileLoop", () => condition(state));
    if (value.dtype === "bool" && value.rank === 0) return value;
    throw new CajalError("shape", `whileLoop: the condition is ${value}, not one bool`, {
      advice: "Reduce it, for example with .cast('int64').max().greater(0).",
    });
  };
  const first = holds(withLeaves(init, initial) as S);
  const counter = tracer.input({ dtype: "int64", shape: [] }, "whileLoop");
  const running = tracer.input({ dtype: "bool", shape: [] }, "whileLoop");
  const steps = tracer.input({ dtype: "int64", shape: [] }, "whileLoop");
  const states = initial.map(({ dtype, shape }) => tracer.input({ dtype, shape }, "whileLoop"));
  const result = inBody("whileLoop", () => body(withLeaves(init, states) as S));
  const next = leavesAlike(result, init, tracer, ["whileLoop: the state after a step", "before it"]);
  const [count, ...finals] = emitLoop({
    most: maxSteps === undefined ? undefined : tracer.lift(maxSteps, "int64"),
    first,
    inputs: [counter, running, steps, ...states],
    outputs: [holds(withLeaves(init, next) as S), counter.add(1), ...next],
    initial: [tracer.lift(0, "int64"), ...initial],
  });
  return { state: withLeaves(init, finals) as S, steps: count };
}
