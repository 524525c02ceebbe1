/** @file What an op is: an ONNX operator with its shapes, its meaning on numbers and its derivative rules. */

import type { DType } from "./dtype.ts";
import { CajalError } from "./error.ts";
import type { Subgraph } from "./subgraph.ts";
import type { Shape, Tensor, ValueType } from "./tensor.ts";
import type { Value } from "./value.ts";

export type AttributeValue = number | string | readonly number[] | readonly string[] | Tensor | Subgraph;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type AttributeKind = "int" | "float" | "string" | "ints" | "floats" | "strings" | "tensor" | "graph";

/** An attribute's ONNX type and its default (none: left out of the node when not given). */
export interface AttributeSpec {
  readonly kind: AttributeKind;
  readonly default?: AttributeValue;
}

/** Elements as numbers, whatever the dtype: what `evaluate` works on. */
export interface HostArray {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** A node as its derivative rules see it, with the means to add nodes. */
export interface Call {
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /** Adds a node; its first output. */
  emit(op: string, inputs: readonly (Value | undefined)[], attributes?: Attributes): Value;
  /** Adds a node with several outputs. */
  emitAll(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes, outputs: number): Value[];
  /** A constant. Numbers fill the shape (default: a scalar) with one value. */
  constant(value: number | readonly number[], dtype: DType, shape?: Shape): Value;
}

type Optional<T> = T | undefined;

/**
 * Cotangents of the outputs in, cotangents of the inputs out; `undefined` is a zero.
 * Only inputs of float dtype may get one, and it has the input's shape.
 */
export type VjpRule = (call: Call, cotangents: readonly Optional<Value>[]) => readonly Optional<Value>[];

/** Tangents of the inputs in, tangents of the outputs out; `undefined` is a zero. */
export type JvpRule = (call: Call, tangents: readonly Optional<Value>[]) => readonly Optional<Value>[];

export type Derivative =
  | { readonly vjp: VjpRule; readonly jvp: JvpRule }
  /** Zero almost everywhere (steps) or not a function of real numbers (comparisons, indices). */
  | "zero"
  /** The same outputs from nodes that have rules; these are differentiated in the op's place. */
  | { readonly expand: (call: Call) => readonly Value[] }
  /** It has one, but no rule is known here, or only one for tangents; the reason is shown. */
  | { readonly missing: string; readonly jvp?: JvpRule };

/** An op as a function of tensors. `types` are those of the outputs, as inferred. */
export type HostRun = (
  inputs: readonly Optional<Tensor>[],
  attributes: Attributes,
  types: readonly ValueType[],
) => readonly Tensor[];

export interface OpDefinition {
  /** The ONNX op_type. */
  readonly name: string;
  /** Operator domain; "" is the standard one. */
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
  /** Inputs whose elements must be known while tracing, because shapes depend on them. */
  readonly staticInputs?: readonly number[];
  /** Types of the outputs. Throws `Error` with a reason; the caller adds op, shapes and scope. */
  infer(inputs: readonly Optional<Value>[], attributes: Attributes, outputs: number): readonly ValueType[];
  /**
   * The op on float64 numbers, as the standard defines it: folds constants and is the tests' other opinion. An op that only its
   * expansion or only the runtime can compute has none.
   */
  evaluate?(
    inputs: readonly Optional<HostArray>[],
    attributes: Attributes,
    types: readonly ValueType[],
  ): readonly Float64Array[];
  readonly derivative: Derivative;
  /** Only for ops that are no ops of ONNX: `compile` runs them in TypeScript, between sessions (see `hostOp`). */
  readonly run?: HostRun;
  /** Whether leading axes that all inputs share count separate examples, whatever the op does with the last ones. */
  readonly stacks?: boolean;
}

/** The op on float64 numbers. @throws CajalError `argument` when only the runtime can compute it */
export function evaluateOp(
  definition: OpDefinition,
  inputs: readonly Optional<HostArray>[],
  attributes: Attributes,
  types: readonly ValueType[],
): readonly Float64Array[] {
  if (definition.evaluate) return definition.evaluate(inputs, attributes, types);
  throw new CajalError(
    "argument",
    `${definition.name}: only ONNX Runtime computes it; it has no meaning in float64 here`,
  );
}

/** Gathers definitions under their names. */
export function table(...definitions: OpDefinition[]): Readonly<Record<string, OpDefinition>> {
  return Object.fromEntries(definitions.map((definition) => [definition.name, definition]));
}

// Typed reading of attributes: the tracer has filled in defaults, so an attribute with one is always there.

export function int(attributes: Attributes, name: string): number {
  return attributes[name] as number;
}

export function ints(attributes: Attributes, name: string): readonly number[] | undefined {
  return attributes[name] as readonly number[] | undefined;
}

export function text(attributes: Attributes, name: string): string {
  return attributes[name] as string;
}

export function graph(attributes: Attributes, name: string): Subgraph {
  return attributes[name] as Subgraph;
}

/** The axis as 0 … rank−1. */
export function normaliseAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank) throw new Error(`axis ${axis} is outside rank ${rank}`);
  return normal;
}

export function required(inputs: readonly Optional<Value>[], index: number): Value {
  const input = inputs[index];
  if (input === undefined) throw new Error(`input ${index} is missing`);
  return input;
}

/** The elements of an input that must be known while tracing, or undefined when the input is left out. */
export function known(inputs: readonly Optional<Value>[], index: number): number[] | undefined {
  const input = inputs[index];
  return input === undefined ? undefined : Array.from((input.constant as Tensor).numbers());
}
