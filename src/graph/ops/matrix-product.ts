/** @file Emits products of (stacks of) matrices in the form that runs fastest. */

import type { Call } from "../op.ts";
import { sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { reshapeTo } from "./shape.ts";

/** The last two axes swapped. */
export function transposed(value: Value): Value {
  const { rank } = value;
  return value.transpose(value.shape.map((_, i) => (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2)));
}

/**
 * α·a′·b′, with a′ [..., m, k] and b′ [..., k, n] the operands, each transposed where asked. Whenever one matrix meets many rows,
 * a single Gemm does it, which transposes for free.
 */
export function matrixProduct(call: Call, a: Value, transA: boolean, b: Value, transB: boolean, alpha = 1): Value {
  if (b.rank === 2 && (a.rank === 2 || !transA)) {
    const rows = reshapeTo(a, a.rank === 2 ? a.shape : [sizeOf(a.shape.slice(0, -1)), a.shape[a.rank - 1]]);
    const y = call.emit("Gemm", [rows, b], { alpha, transA: transA ? 1 : 0, transB: transB ? 1 : 0 });
    return reshapeTo(y, a.rank === 2 ? y.shape : [...a.shape.slice(0, -1), y.shape[1]]);
  }
  const y = call.emit("MatMul", [transA ? transposed(a) : a, transB ? transposed(b) : b]);
  return alpha === 1 ? y : y.mul(alpha);
}
