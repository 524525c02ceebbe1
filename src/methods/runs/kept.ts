/** @file Results of parts as text: numbers to the last bit, with NaN, typed arrays and Tensors. */

import { parse, stringify } from "devalue";
import { CajalError, type DType, Tensor } from "../../graph/index.ts";

/** @throws CajalError `argument` when there is something in it that cannot be written down */
export function encodeKept(value: unknown, part: string): string {
  try {
    return stringify(value, {
      Tensor: (it: unknown) => it instanceof Tensor && [it.dtype, it.shape, alone(it.data)],
    });
  } catch (cause) {
    throw new CajalError("argument", `the result of the part "${part}" cannot be kept: ${(cause as Error).message}`, {
      advice: "Return numbers, text, Tensors, typed arrays, and plain objects and arrays of them.",
      cause,
    });
  }
}

/** The numbers without their neighbours: a tensor from a checkpoint is a window into the whole file, all of which would be written down. */
function alone(data: Tensor["data"]): Tensor["data"] {
  return data.byteLength === data.buffer.byteLength ? data : data.slice();
}

export function decodeKept(text: string): unknown {
  return parse(text, {
    Tensor: ([dtype, shape, data]: [DType, number[], Tensor["data"]]) => new Tensor(dtype, shape, data),
  });
}
