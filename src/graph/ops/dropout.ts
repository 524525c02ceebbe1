/** @file Dropout as it is when a trained network is read: the identity. */

import { isFloat } from "../dtype.ts";
import { CajalError } from "../error.ts";
import { type Call, type OpDefinition, required, table } from "../op.ts";
import type { ValueType } from "../tensor.ts";
import type { Value } from "../value.ts";

/** Whether elements are known to be dropped: in training mode, unless none are. */
function drops(ratio: number | undefined, training: number | undefined): boolean {
  return training === 1 && ratio !== 0;
}

const scalar = (value: Value | undefined): number | undefined => value?.constant?.numbers()[0];

/** The direction passes, unless it would have to know which elements were drawn. */
function passing({ inputs: [, ratio, training] }: Call, direction: Value | undefined): readonly (Value | undefined)[] {
  if (drops(scalar(ratio), scalar(training))) {
    throw new CajalError("no-derivative", "Dropout: in training mode it draws elements, and which is not known", {
      advice: "Set training_mode to false, or multiply by a mask of your own.",
    });
  }
  return [direction];
}

const dropout: OpDefinition = {
  name: "Dropout",
  attributes: { seed: { kind: "int" } },
  infer: (inputs) => {
    const [x, ratio, training] = [required(inputs, 0), inputs[1], inputs[2]];
    if (!isFloat(x.dtype)) throw new Error(`elements are ${x.dtype}; floats are needed`);
    if (ratio && (ratio.rank !== 0 || !isFloat(ratio.dtype))) throw new Error(`the ratio is ${ratio}, not one float`);
    if (training && (training.rank !== 0 || training.dtype !== "bool"))
      throw new Error(`training_mode is ${training}, not one bool`);
    const mask: ValueType = { dtype: "bool", shape: x.shape };
    return [x, mask];
  },
  evaluate: ([x, ratio, training], _attributes, types) => {
    if (drops(ratio?.data[0], training?.data[0]))
      throw new CajalError("argument", "Dropout: in training mode it draws elements, so it has no one value");
    const data = x?.data ?? new Float64Array();
    return [data.slice(), data.map(() => 1)].slice(0, types.length);
  },
  derivative: {
    vjp: (call, [cotangent]) => passing(call, cotangent),
    jvp: (call, [tangent]) => passing(call, tangent),
  },
};

export const dropoutOps = table(dropout);
