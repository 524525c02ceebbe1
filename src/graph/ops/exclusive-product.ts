/** @file For each element, the product of all others in its group: the derivative of a product, right also at zeros. */

import type { Call } from "../op.ts";
import { sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { droppedShape, groupSize } from "./groups.ts";
import { reshapeTo } from "./shape.ts";

/**
 * The product of the other elements of each element's group along `axes`, in the shape of `x`; undefined where a group has
 * one element. Products of what stands before and behind meet, each found in log₂ n steps, so nothing is divided by.
 */
export function productOfOthers(call: Call, x: Value, axes: readonly number[]): Value | undefined {
  const n = groupSize(x.shape, axes);
  if (n <= 1) return undefined;
  const rest = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const perm = [...rest, ...axes];
  const outer = sizeOf(droppedShape(x.shape, axes));
  const moved = x.transpose(perm);
  const rows = reshapeTo(moved, [outer, n]);
  const others = exclusive(call, rows, "before").mul(exclusive(call, rows, "behind"));
  return reshapeTo(others, moved.shape).transpose(perm.map((_, axis) => perm.indexOf(axis)));
}

/** Of each element of [outer, n], the product of those before it or behind it in its row. */
function exclusive(call: Call, rows: Value, side: "before" | "behind"): Value {
  const [outer, n] = rows.shape;
  const shifted = (value: Value, by: number): Value => {
    const ones = call.constant(1, value.dtype, [outer, by]);
    const parts = side === "before" ? [ones, value.slice([0], [n - by], [1])] : [value.slice([by], [n], [1]), ones];
    return call.emit("Concat", parts, { axis: 1 });
  };
  let product = shifted(rows, 1);
  for (let by = 1; by < n - 1; by *= 2) product = product.mul(shifted(product, by));
  return product;
}
