/**
 * @file Sums over the steps of a scan, Σₜ f(aₜ, bₜ), as one operation on all steps at once: Σₜ aₜᵀ·bₜ is one product of matrices with
 * T times the rows, and a sum of sums is one sum.
 */

import { type Attributes, int, known } from "../op.ts";
import { sameShape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { reshapeTo } from "./shape.ts";

/** A per-step term whose sum over steps has such a form. */
export type Summand =
  | {
      readonly kind: "product";
      readonly a: Value;
      readonly b: Value;
      readonly columns: readonly [number, number];
      readonly alpha: number;
    }
  | { readonly kind: "sum"; readonly of: Value; readonly axes: readonly number[] };

/** The terms of a sum of values of one shape. */
export function addends(value: Value, isOurs: (value: Value) => boolean): Value[] {
  const terms: Value[] = [];
  const stack = [value];
  for (let term = stack.pop(); term !== undefined; term = stack.pop()) {
    const { node, shape } = term;
    const operands = node?.definition.name === "Add" && isOurs(term) ? (node.inputs as Value[]) : [];
    if (operands.length === 2 && operands.every((operand) => sameShape(operand.shape, shape))) stack.push(...operands);
    else terms.push(term);
  }
  return terms;
}

/** The value before it was reshaped: same elements in the same order. */
function unshaped(value: Value, isOurs: (value: Value) => boolean): Value {
  let current = value;
  while (isOurs(current) && current.node?.definition.name === "Reshape") current = current.node.inputs[0] as Value;
  return current;
}

const plainProduct = (attributes: Attributes): boolean =>
  int(attributes, "transA") === 1 && int(attributes, "transB") === 0;

/** @param isOurs whether a value is made by the body itself, so that one may look behind it */
export function summandOf(term: Value, isOurs: (value: Value) => boolean): Summand | undefined {
  const value = unshaped(term, isOurs);
  const { node } = value;
  if (node === undefined || !isOurs(value)) return undefined;
  const [first, second] = node.inputs;
  if (node.definition.name === "Gemm" && first && second && !node.inputs[2] && plainProduct(node.attributes)) {
    return {
      kind: "product",
      a: unshaped(first, isOurs),
      b: unshaped(second, isOurs),
      columns: [first.shape[1], second.shape[1]],
      alpha: int(node.attributes, "alpha"),
    };
  }
  if (node.definition.name !== "ReduceSum" || first === undefined) return undefined;
  const axes = known(node.inputs, 1) ?? [];
  return axes.length === 0
    ? undefined
    : { kind: "sum", of: first, axes: axes.map((axis) => (axis < 0 ? axis + first.rank : axis)) };
}

/** The per-step values whose stacks the sum over all steps needs. */
export function stackedBy(summand: Summand): Value[] {
  return summand.kind === "product" ? [summand.a, summand.b] : [summand.of];
}

/**
 * The sum over all steps.
 * @param stack all steps of a per-step value
 */
export function sumOverSteps(summand: Summand, stack: (value: Value) => Value, like: Value): Value {
  const { tracer } = like;
  if (summand.kind === "sum") {
    const axes = [0, ...summand.axes.map((axis) => axis + 1)];
    return reshapeTo(stack(summand.of).sum(axes), like.shape);
  }
  const { a, b, columns, alpha } = summand;
  const rows = (value: Value, width: number) => {
    const all = stack(value);
    return reshapeTo(all, [sizeOf(all.shape) / width, width]);
  };
  const product = tracer.emit("Gemm", [rows(a, columns[0]), rows(b, columns[1])], { transA: 1, alpha });
  return reshapeTo(product, like.shape);
}
