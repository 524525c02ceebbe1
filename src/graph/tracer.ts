/** @file Tracer: adds nodes to a graph, checking, inferring types and folding what is already known. */

import { type DType, onnxNumber } from "./dtype.ts";
import { CajalError } from "./error.ts";
import { currentScope } from "./names.ts";
import type { AttributeKind, Attributes, AttributeValue, Call, OpDefinition } from "./op.ts";
import { findOp } from "./ops/index.ts";
import { Subgraph } from "./subgraph.ts";
import { formatShape, type Shape, sizeOf, Tensor, type ValueType } from "./tensor.ts";
import { type Operand, Value } from "./value.ts";

/** A derivative rule that stands in for the rules of the ops inside (see `customVjp`). */
export interface CustomRule {
  /** What the outputs depend on, as far as derivatives go. */
  readonly inputs: readonly Value[];
  /** What the rule keeps of the forward computation. */
  readonly saved: readonly Value[];
  backward(cotangents: readonly (Value | undefined)[]): readonly (Value | undefined)[];
}

/** An ONNX node under construction. An `Identity` may have several inputs and outputs: it is a boundary and is not exported. */
export interface GraphNode {
  readonly definition: OpDefinition;
  readonly attributes: Attributes;
  /** Both lists grow when a derivative asks a scan for what its steps computed; what is there stays. */
  readonly inputs: (Value | undefined)[];
  readonly outputs: Value[];
  readonly scope: string;
  readonly rule?: CustomRule;
}

/** Larger constants are left to the runtime: folding exists for shape arithmetic. */
const foldLimit = 1 << 14;

/** No single tensor of a model may have more elements than this. */
const elementLimit = 2 ** 29;

/** Where a graph grows. All values of one graph share it. */
export class Tracer {
  private readonly scalars = new Map<string, Value>();
  private made = 0;

  /** The next serial number. */
  tick(): number {
    return this.made++;
  }

  /**
   * A graph input, or an input of a body.
   * @param bodyOf what the body belongs to
   */
  input(type: ValueType, bodyOf?: string): Value {
    if (sizeOf(type.shape) > elementLimit) {
      throw new CajalError("too-large", `an input of shape ${formatShape(type.shape)} has too many elements`);
    }
    return new Value(this, type, bodyOf === undefined ? {} : { bodyOf });
  }

  onnxNumber(dtype: DType): number {
    return onnxNumber[dtype];
  }

  /** A Value for what was given; a number becomes a scalar of the dtype. */
  lift(operand: Operand, dtype: DType): Value {
    if (operand instanceof Value) return operand;
    if (operand instanceof Tensor) return new Value(this, operand, { constant: operand });
    const key = `${dtype} ${Object.is(operand, -0) ? "-0" : operand}`;
    let value = this.scalars.get(key);
    if (value === undefined) {
      value = this.lift(Tensor.scalar(operand, dtype), dtype);
      this.scalars.set(key, value);
    }
    return value;
  }

  /** A constant from numbers: a list (rank 1 unless a shape is given) or one number that fills the shape. */
  constant(value: number | readonly number[], dtype: DType, shape?: Shape): Value {
    if (typeof value !== "number") return this.lift(Tensor.of(value, shape ?? [value.length], dtype), dtype);
    if (shape === undefined || shape.length === 0) return this.lift(value, dtype);
    if (sizeOf(shape) <= 64) return this.lift(Tensor.full(shape, value, dtype), dtype);
    return this.emit("Expand", [this.lift(value, dtype), this.constant(shape, "int64")]);
  }

  emit(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    return this.emitAll(op, inputs, attributes, 1)[0];
  }

  /** @param op an op of ONNX by its name, or any definition */
  emitAll(
    op: string | OpDefinition,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    outputs: number,
  ): Value[] {
    const definition = typeof op === "string" ? findOp(op) : op;
    const scope = currentScope();
    const filled = this.fillDefaults(definition, attributes);
    const trimmed = trimEnd(inputs);
    const fail = (
      reason: string,
      code: "shape" | "not-static" | "too-large" = "shape",
      cause?: unknown,
    ): CajalError => {
      const operands = trimmed.map((input) => (input === undefined ? "–" : formatShape(input.shape))).join(" × ");
      return new CajalError(
        code,
        `${definition.name}: ${operands}: ${reason}${scope === "" ? "" : `, at "${scope}"`}`,
        { cause },
      );
    };

    for (const index of definition.staticInputs ?? []) {
      if (trimmed[index] !== undefined && trimmed[index].constant === undefined) {
        throw fail(
          `input ${index} decides a shape, so it must be known while tracing, but it depends on the data`,
          "not-static",
        );
      }
    }
    let types: readonly ValueType[];
    try {
      types = definition.infer(trimmed, filled, outputs).slice(0, outputs);
    } catch (error) {
      if (error instanceof CajalError) throw error;
      throw fail(error instanceof Error ? error.message : String(error), "shape", error);
    }
    for (const type of types) {
      // A dim computed from one that is not there.
      if (type.shape.some((dim) => Number.isNaN(Number(dim)))) throw fail("the ranks are not those that the op takes");
      if (type.shape.some((dim) => !Number.isInteger(dim) || dim < 0))
        throw fail(`result would have shape ${formatShape(type.shape)}`);
      if (sizeOf(type.shape) > elementLimit)
        throw fail(`result ${formatShape(type.shape)} has too many elements`, "too-large");
    }
    return this.fold(definition, trimmed, filled, types) ?? this.node(definition, trimmed, filled, types, scope);
  }

  /** Passes the values through a boundary: new identities, whose derivative (if a rule is given) is the rule's. */
  boundary(values: readonly Value[], rule?: CustomRule): Value[] {
    return this.node(findOp("Identity"), values, {}, values, currentScope(), rule);
  }

  /** Gives a node one more output, as if it had been made with it. */
  grow(node: GraphNode, type: ValueType): Value {
    const output = new Value(this, type, { node, serial: node.outputs[0].serial });
    node.outputs.push(output);
    return output;
  }

  /** The view that derivative rules have of a node. */
  call(node: GraphNode): Call {
    return {
      inputs: node.inputs,
      outputs: node.outputs,
      attributes: node.attributes,
      emit: (op, inputs, attributes) => this.emit(op, inputs, attributes),
      emitAll: (op, inputs, attributes, outputs) => this.emitAll(op, inputs, attributes, outputs),
      constant: (value, dtype, shape) => this.constant(value, dtype, shape),
    };
  }

  private node(
    definition: OpDefinition,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    types: readonly ValueType[],
    scope: string,
    rule?: CustomRule,
  ): Value[] {
    const outputs: Value[] = [];
    const node: GraphNode = { definition, attributes, inputs: [...inputs], outputs, scope, ...(rule && { rule }) };
    for (const type of types) outputs.push(new Value(this, { dtype: type.dtype, shape: type.shape }, { node }));
    return outputs;
  }

  private fold(
    definition: OpDefinition,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    types: readonly ValueType[],
  ): Value[] | undefined {
    if (Object.values(attributes).some((attribute) => attribute instanceof Subgraph)) return undefined;
    if (definition.evaluate === undefined) return undefined;
    // Shape and Size need only types; every other op needs all its inputs known.
    const typeOnly = definition.name === "Shape" || definition.name === "Size";
    if (!typeOnly && inputs.some((input) => input !== undefined && input.constant === undefined)) return undefined;
    const size = (type: ValueType) => sizeOf(type.shape);
    if (types.some((type) => size(type) > foldLimit)) return undefined;
    if (!typeOnly && inputs.some((input) => input !== undefined && size(input) > foldLimit)) return undefined;
    // Nothing to compute; evaluating could still walk along a huge dim beside the one of size 0.
    if (types.every((type) => size(type) === 0)) {
      return types.map(
        ({ shape, dtype }) => new Value(this, { shape, dtype }, { constant: Tensor.zeros(shape, dtype) }),
      );
    }
    const arrays = inputs.map(
      (input) => input && { shape: input.shape, data: input.constant?.numbers() ?? new Float64Array(0) },
    );
    const results = definition.evaluate(arrays, attributes, types).slice(0, types.length);
    return results.map((data, i) => {
      const constant = Tensor.of(data, types[i].shape, types[i].dtype);
      return new Value(this, constant, { constant });
    });
  }

  private fillDefaults(definition: OpDefinition, attributes: Attributes): Attributes {
    const filled: Record<string, Attributes[string]> = {};
    for (const [name, spec] of Object.entries(definition.attributes ?? {})) {
      const value = attributes[name] ?? spec.default;
      if (value === undefined) continue;
      if (!isOfKind(value, spec.kind)) {
        throw new CajalError("argument", `${definition.name}: attribute "${name}" is not of type ${spec.kind}`);
      }
      filled[name] = value;
    }
    for (const name of Object.keys(attributes)) {
      if (definition.attributes?.[name] === undefined) {
        throw new CajalError("argument", `${definition.name}: no attribute "${name}"`, {
          advice: `It has: ${Object.keys(definition.attributes ?? {}).join(", ") || "none"}.`,
        });
      }
    }
    return filled;
  }
}

function isOfKind(value: AttributeValue, kind: AttributeKind): boolean {
  switch (kind) {
    case "int":
      return Number.isInteger(value);
    case "float":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "tensor":
      return value instanceof Tensor;
    case "graph":
      return value instanceof Subgraph;
    case "ints":
      return Array.isArray(value) && value.every(Number.isInteger);
    case "floats":
      return Array.isArray(value) && value.every((item) => typeof item === "number");
    case "strings":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
  }
}

function trimEnd<T>(list: readonly (T | undefined)[]): readonly (T | undefined)[] {
  let end = list.length;
  while (end > 0 && list[end - 1] === undefined) end--;
  return list.slice(0, end);
}
