/** @file Parameters of neurons: one number for all, a Tensor with one for each, or a Value of the graph that is learned. */

import { CajalError, formatShape, Tensor, Value } from "../../graph/index.ts";

export type Parameter = number | Tensor | Value;

/**
 * What follows from parameters: computed once in float64 where all are known, in the graph where one is learned.
 * @param ofNumbers the function of numbers @param ofValues the same of Values
 */
export function derived<P extends readonly Parameter[]>(
  parameters: P,
  ofNumbers: (...numbers: { [K in keyof P]: number }) => number,
  ofValues: (...values: { [K in keyof P]: Value }) => Value,
): Parameter {
  const learned = parameters.find((parameter) => parameter instanceof Value);
  if (learned !== undefined)
    return ofValues(...(parameters.map((parameter) => lifted(parameter, learned)) as { [K in keyof P]: Value }));
  const apply = (numbers: readonly number[]) => ofNumbers(...(numbers as { [K in keyof P]: number }));
  const each = parameters.find((parameter) => parameter instanceof Tensor);
  if (each === undefined) return apply(parameters as readonly number[]);
  const columns = parameters.map((parameter) => numbersOf(parameter, each.size));
  const values = Float64Array.from({ length: each.size }, (_, i) => apply(columns.map((column) => column[i])));
  return Tensor.of(values, each.shape, "float64");
}

/** As a Value of the dtype of `like`, which broadcasts to it. */
export function lifted(parameter: Parameter, like: Value): Value {
  if (parameter instanceof Value) return parameter.cast(like.dtype);
  if (typeof parameter === "number" || parameter.dtype === like.dtype) return like.tracer.lift(parameter, like.dtype);
  return like.tracer.lift(Tensor.of(parameter.numbers(), parameter.shape, like.dtype), like.dtype);
}

/** One number for each of `count` units. @throws CajalError `argument` for a Value, `shape` for a Tensor of another size */
export function numbersOf(parameter: Parameter, count: number): Float64Array {
  if (parameter instanceof Value)
    throw new CajalError("argument", "a parameter of neurons is a Value of a graph, where numbers are needed", {
      advice: "Pass the trained Tensor.",
    });
  if (typeof parameter === "number") return new Float64Array(count).fill(parameter);
  if (parameter.size === 1) return new Float64Array(count).fill(parameter.item());
  if (parameter.size !== count)
    throw new CajalError("shape", `a parameter of neurons is ${formatShape(parameter.shape)}, for ${count} units`);
  return parameter.numbers();
}

/** @throws CajalError `argument` when a known number does not hold */
export function require(
  parameter: Parameter,
  holds: (value: number) => boolean,
  message: (value: number) => string,
  advice?: string,
): void {
  if (parameter instanceof Value) return;
  const values = typeof parameter === "number" ? [parameter] : [...parameter.numbers()];
  const wrong = values.find((value) => !holds(value));
  if (wrong !== undefined) throw new CajalError("argument", message(wrong), { advice });
}
