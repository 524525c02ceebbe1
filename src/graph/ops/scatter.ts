/** @file Ops that write elements at given indices: ScatterElements and ScatterND. */

import { CajalError } from "../error.ts";
import {
  type AttributeSpec,
  type Attributes,
  type Call,
  type Derivative,
  int,
  normaliseAxis,
  type OpDefinition,
  required,
  table,
  text,
} from "../op.ts";
import { formatShape, sameShape } from "../tensor.ts";
import type { Value } from "../value.ts";
import { checkElementShape, elementTargets, indexInput, slicesShape, sliceTargets } from "./indices.ts";
import { indexTypes } from "./known.ts";
import { linearJvp, zerosLike } from "./rules.ts";

const reductions: Readonly<Record<string, (before: number, update: number) => number>> = {
  none: (_before, update) => update,
  add: (before, update) => before + update,
  mul: (before, update) => before * update,
  max: Math.max,
  min: Math.min,
};

const reduction: AttributeSpec = { kind: "string", default: "none" };

function reductionOf(attributes: Attributes): (before: number, update: number) => number {
  const name = text(attributes, "reduction");
  if (!Object.hasOwn(reductions, name)) {
    throw new Error(`reduction "${name}" is not one of ${Object.keys(reductions).join(", ")}`);
  }
  return reductions[name];
}

/** The updates, checked against the data's dtype and the shape that the indices ask for. */
function checkUpdates(data: Value, updates: Value, shape: readonly number[]): void {
  if (updates.dtype !== data.dtype) throw new Error(`dtypes ${data.dtype} and ${updates.dtype} differ`);
  if (!sameShape(updates.shape, shape)) {
    throw new Error(`updates are ${formatShape(updates.shape)}, the indices ask for ${formatShape(shape)}`);
  }
}

/**
 * Linear in data and updates for the reductions none and add. With none, what is overwritten gets nothing; when several
 * updates go to one element the standard leaves open which one stays, and so which one gets the cotangent.
 */
function scattering(gather: (call: Call, cotangent: Value) => Value): Derivative {
  const check = ({ outputs, attributes }: Call): string => {
    const name = text(attributes, "reduction");
    if (name === "none" || name === "add") return name;
    const at = outputs[0].node?.scope ? `, at "${outputs[0].node.scope}"` : "";
    const op = outputs[0].node?.definition.name;
    throw new CajalError("no-derivative", `${op}: no rule is known for reduction "${name}"${at}`, {
      advice: 'Use reduction "add" or "none", or wrap the part in stopGradient.',
    });
  };
  const linear = linearJvp(() => [0, 2]);
  return {
    vjp: (call, [cotangent]) => {
      if (!cotangent) return [];
      const [indices, updates] = [required(call.inputs, 1), required(call.inputs, 2)];
      const op = call.outputs[0].node?.definition.name ?? "";
      const kept =
        check(call) === "add"
          ? cotangent
          : call.emit(op, [cotangent, indices, zerosLike(call, updates)], call.attributes);
      return [kept, undefined, gather(call, cotangent)];
    },
    jvp: (call, tangents) => {
      check(call);
      return linear(call, tangents);
    },
  };
}

const scatterElements: OpDefinition = {
  name: "ScatterElements",
  attributes: { axis: { kind: "int", default: 0 }, reduction },
  infer: (inputs, attributes) => {
    const data = required(inputs, 0);
    const axis = normaliseAxis(int(attributes, "axis"), data.rank);
    reductionOf(attributes);
    const indices = indexInput(inputs, () => data.shape[axis], indexTypes);
    checkElementShape(data, indices, axis);
    checkUpdates(data, required(inputs, 2), indices.shape);
    return [data];
  },
  evaluate: ([data, indices, updates], attributes) => {
    if (!data || !indices || !updates) return [];
    const combine = reductionOf(attributes);
    const result = data.data.slice();
    const targets = elementTargets(data.shape, indices, normaliseAxis(int(attributes, "axis"), data.shape.length));
    for (const [i, at] of targets.entries()) result[at] = combine(result[at], updates.data[i]);
    return [result];
  },
  derivative: scattering(({ inputs, attributes, emit }, cotangent) =>
    emit("GatherElements", [cotangent, inputs[1]], { axis: int(attributes, "axis") }),
  ),
};

const scatterND: OpDefinition = {
  name: "ScatterND",
  attributes: { reduction },
  infer: (inputs, attributes) => {
    const data = required(inputs, 0);
    reductionOf(attributes);
    const indices = required(inputs, 1);
    checkUpdates(data, required(inputs, 2), slicesShape(data, indices, 0));
    indexInput(inputs, (position) => data.shape[position % indices.shape[indices.rank - 1]]);
    return [data];
  },
  evaluate: ([data, indices, updates], attributes) => {
    if (!data || !indices || !updates) return [];
    const combine = reductionOf(attributes);
    const result = data.data.slice();
    const { starts, length } = sliceTargets(data.shape, indices, 0);
    for (const [i, start] of starts.entries())
      for (let k = 0; k < length; k++) result[start + k] = combine(result[start + k], updates.data[i * length + k]);
    return [result];
  },
  derivative: scattering(({ inputs, emit }, cotangent) => emit("GatherND", [cotangent, inputs[1]])),
};

export const scatterOps = table(scatterElements, scatterND);
