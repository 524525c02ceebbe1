/** @file The mean of each window (AveragePool) or of each channel (GlobalAveragePool). */

import { CajalError } from "../error.ts";
import { type Attributes, type Call, int, type OpDefinition, required, table } from "../op.ts";
import { formatShape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { floats, hostSums, poolAttributes, poolWindow, wholeType, wholeWindow, windowSpread } from "./pool-window.ts";
import { linearJvp } from "./rules.ts";
import type { Window } from "./window.ts";

const averagePool: OpDefinition = {
  name: "AveragePool",
  attributes: { ...poolAttributes, count_include_pad: { kind: "int", default: 0 } },
  infer: (inputs, attributes) => {
    const { dtype, shape } = floats(required(inputs, 0));
    return [{ dtype, shape: [shape[0], shape[1], ...poolWindow({ shape }, attributes).output] }];
  },
  evaluate: ([x], attributes) => {
    if (!x) return [];
    const window = poolWindow(x, attributes);
    const sums = hostSums(x, window);
    const divisors = counts(window, attributes).reduce(
      (all: number[], along) => all.flatMap((product) => along.map((count) => product * count)),
      [1],
    );
    return [sums.map((sum, i) => sum / divisors[i % divisors.length])];
  },
  derivative: {
    vjp: (call, [cotangent]) => {
      if (!cotangent) return [];
      const window = poolWindow(required(call.inputs, 0), call.attributes);
      return [windowSpread(call, divided(call, cotangent, counts(window, call.attributes)), window)];
    },
    jvp: linearJvp(() => [0]),
  },
};

const globalAveragePool: OpDefinition = {
  name: "GlobalAveragePool",
  infer: (inputs) => [wholeType(floats(required(inputs, 0)))],
  evaluate: ([x]) => {
    if (!x) return [];
    const spatial = x.shape.slice(2);
    return [hostSums(x, wholeWindow(spatial)).map((sum) => sum / sizeOf(spatial))];
  },
  derivative: {
    vjp: (call, [cotangent]) => {
      const { shape } = required(call.inputs, 0);
      return [cotangent?.div(sizeOf(shape.slice(2))).expand(shape)];
    },
    jvp: linearJvp(() => [0]),
  },
};

/** More windows along an axis than any tensor that fits in memory will have. */
const longest = 2 ** 24;

/** What to divide by is a product over the axes: how many taps of each window are inside the input (or its padding). */
function counts(window: Window, attributes: Attributes): number[][] {
  const { input, output, kernel, strides, dilations, before, after } = window;
  const withPads = int(attributes, "count_include_pad") !== 0;
  if (output.some((size) => size > longest)) {
    throw new CajalError("too-large", `AveragePool: the divisors of ${formatShape(output)} windows`, {
      advice: `Up to ${longest} windows per axis can be differentiated.`,
    });
  }
  return output.map((size, i) =>
    Array.from({ length: size }, (_, o) => {
      const start = o * strides[i] - before[i];
      const first = withPads ? 0 : Math.max(0, Math.ceil(-start / dilations[i]));
      const end = input[i] + (withPads ? after[i] : 0);
      const last = Math.min(kernel[i] - 1, Math.floor((end - 1 - start) / dilations[i]));
      // A window of nothing but padding has the mean 0, as ONNX Runtime has it.
      return Math.max(1, last - first + 1);
    }),
  );
}

function divided(call: Call, y: Value, divisors: readonly (readonly number[])[]): Value {
  let common = 1;
  let result = y;
  for (const [i, along] of divisors.entries()) {
    const shape = divisors.map((_, axis) => (axis === i ? along.length : 1));
    if (along.every((count) => count === along[0])) common *= along[0];
    else result = result.div(call.constant(along, y.dtype, shape));
  }
  return result.div(common);
}

export const averagePoolOps = table(averagePool, globalAveragePool);
