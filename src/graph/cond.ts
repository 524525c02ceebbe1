/** @file cond: one of two computations, chosen when the graph runs. */

import { leavesAlike } from "./alike.ts";
import { CajalError } from "./error.ts";
import { branch, emitIf } from "./ops/if.ts";
import { leavesOf, withLeaves } from "./tree.ts";
import type { Value } from "./value.ts";

/**
 * What `then` returns where the condition holds, else what `otherwise` returns; only that one is computed. Differentiable in both modes.
 * Taps in the branches can be replaced, not collected.
 * @param condition one bool []
 * @param operands what both branches get; they may close over more
 * @throws CajalError `shape` when the condition is not one bool, or the results differ in structure, dtype or shape
 */
export function cond<A extends readonly unknown[], R>(
  condition: Value,
  then: (...operands: A) => R,
  otherwise: (...operands: A) => R,
  ...operands: A
): R {
  if (condition.dtype !== "bool" || condition.rank !== 0) {
    throw new CajalError("shape", `cond: the condition is ${condition}, not one bool`, {
      advice: "Reduce it, or choose element by element with .where.",
    });
  }
  if (condition.constant !== undefined) return (condition.constant.item() !== 0 ? then : otherwise)(...operands);
  const { tracer } = condition;
  let result: R | undefined;
  const yes = branch(tracer, () => {
    result = then(...operands);
    return leavesOf(result).map((leaf) => tracer.lift(leaf, leaf.dtype));
  });
  const no = branch(tracer, () =>
    leavesAlike(otherwise(...operands), result, tracer, ["cond: the result of the second branch", "the first one's"]),
  );
  return withLeaves(result, yes.outputs.length === 0 ? [] : emitIf(condition, [yes, no])) as R;
}
