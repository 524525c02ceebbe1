/** @file Operations that belong to no single value. */

import { CajalError } from "./error.ts";
import type { Value } from "./value.ts";

/** Joins values along an axis; all other dims agree: [.., a, ..] and [.., b, ..] give [.., a + b, ..]. @throws CajalError `shape`, `dtype` */
export function concat(values: readonly Value[], axis = 0): Value {
  if (values.length === 0) throw new CajalError("argument", "concat: nothing to join");
  return values[0].tracer.emit("Concat", values, { axis });
}
