/** @file What a composition is: an op of the standard that other ops add up to. */

import type { Value } from "../../value.ts";
import type { Invocation } from "../upgrade.ts";

/** The outputs of an op, made of simpler ones: they have derivatives, and can be looked into. */
export type Composition = (node: Invocation) => Value[];

/** An integer attribute, or what the standard takes it to be. */
export const integer = (node: Invocation, name: string, otherwise: number): number =>
  Number(node.attributes[name] ?? otherwise);

/** An input that must be there. */
export function input(node: Invocation, index: number): Value {
  const value = node.inputs[index];
  if (value === undefined) throw new Error(`input ${index} is missing`);
  return value;
}
