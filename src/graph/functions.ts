/** @file Operations that belong to no single value. */

import { CajalError } from "./error.ts";
import type { Operand, Value } from "./value.ts";

/** Joins values along an axis; all other dims agree. */
export function concat(values: readonly Value[], axis = 0): Value {
  if (values.length === 0) throw new CajalError("argument", "concat: nothing to join");
  return values[0].tracer.emit("Concat", values, { axis });
}

/** Elements of `yes` where the boolean `condition` is true, of `no` elsewhere. */
export function where(condition: Value, yes: Value, no: Operand): Value {
  return condition.where(yes, no);
}
