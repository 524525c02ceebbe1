/** @file Value: a tensor-valued edge of a graph under construction, with the everyday operations as methods. */

import type { DType } from "./dtype.ts";
import type { Attributes } from "./op.ts";
import type { Shape, Tensor, ValueType } from "./tensor.ts";
import type { GraphNode, Tracer } from "./tracer.ts";

/** What may stand where a Value is expected: numbers take the dtype of the other operand. */
export type Operand = Value | Tensor | number;

/** Where a Value comes from; nothing of it: a graph input. */
export interface Origin {
  readonly node?: GraphNode;
  readonly constant?: Tensor;
  readonly serial?: number;
  readonly bodyOf?: string;
}

/**
 * One edge of the graph. It is an input of the graph or of a body (neither `node` nor `constant`), a `constant`, or an output of a `node`.
 * The shape is always known: a function is traced anew for each shape of its arguments.
 */
export class Value implements ValueType {
  readonly tracer: Tracer;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly node: GraphNode | undefined;
  readonly constant: Tensor | undefined;
  /** When it was made: greater than the serials of all values that were there before. Outputs of one node may share one. */
  readonly serial: number;
  /** For an input of a body ("scan", "whileLoop"): which kind. */
  readonly bodyOf: string | undefined;

  constructor(tracer: Tracer, type: ValueType, origin: Origin = {}) {
    this.tracer = tracer;
    this.dtype = type.dtype;
    this.shape = type.shape;
    this.node = origin.node;
    this.constant = origin.constant;
    this.serial = origin.serial ?? tracer.tick();
    this.bodyOf = origin.bodyOf;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Adds an ONNX node whose first input is this value; its first output. */
  op(name: string, inputs: readonly (Operand | undefined)[] = [], attributes: Attributes = {}): Value {
    const operands = inputs.map((input) => (input === undefined ? undefined : this.tracer.lift(input, this.dtype)));
    return this.tracer.emit(name, [this, ...operands], attributes);
  }

  private axes(axes: number | readonly number[] | undefined): Value | undefined {
    if (axes === undefined) return undefined;
    return this.tracer.constant(typeof axes === "number" ? [axes] : axes, "int64");
  }

  private reduce(name: string, axes: number | readonly number[] | undefined, keepDims: boolean): Value {
    return this.tracer.emit(name, [this, this.axes(axes)], { keepdims: keepDims ? 1 : 0 });
  }

  add(other: Operand): Value {
    return this.op("Add", [other]);
  }
  sub(other: Operand): Value {
    return this.op("Sub", [other]);
  }
  mul(other: Operand): Value {
    return this.op("Mul", [other]);
  }
  div(other: Operand): Value {
    return this.op("Div", [other]);
  }
  pow(exponent: Operand): Value {
    return this.op("Pow", [exponent]);
  }
  neg(): Value {
    return this.op("Neg");
  }
  abs(): Value {
    return this.op("Abs");
  }
  sign(): Value {
    return this.op("Sign");
  }
  exp(): Value {
    return this.op("Exp");
  }
  log(): Value {
    return this.op("Log");
  }
  sqrt(): Value {
    return this.op("Sqrt");
  }
  square(): Value {
    return this.mul(this);
  }
  reciprocal(): Value {
    return this.op("Reciprocal");
  }
  sin(): Value {
    return this.op("Sin");
  }
  cos(): Value {
    return this.op("Cos");
  }
  tanh(): Value {
    return this.op("Tanh");
  }
  erf(): Value {
    return this.op("Erf");
  }
  relu(): Value {
    return this.op("Relu");
  }
  sigmoid(): Value {
    return this.op("Sigmoid");
  }
  softplus(): Value {
    return this.op("Softplus");
  }
  equal(other: Operand): Value {
    return this.op("Equal", [other]);
  }
  less(other: Operand): Value {
    return this.op("Less", [other]);
  }
  greater(other: Operand): Value {
    return this.op("Greater", [other]);
  }
  not(): Value {
    return this.op("Not");
  }
  /** Elements of `yes` where this boolean value is true, of `no` elsewhere. */
  where(yes: Value, no: Operand): Value {
    return this.tracer.emit("Where", [this, yes, this.tracer.lift(no, yes.dtype)]);
  }
  cast(dtype: DType): Value {
    return dtype === this.dtype ? this : this.tracer.emit("Cast", [this], { to: this.tracer.onnxNumber(dtype) });
  }

  /** Matrix product over the last two axes, NumPy broadcasting over the others. */
  matmul(other: Value | Tensor): Value {
    return this.op("MatMul", [other]);
  }

  sum(axes?: number | readonly number[], keepDims = false): Value {
    return this.reduce("ReduceSum", axes, keepDims);
  }
  mean(axes?: number | readonly number[], keepDims = false): Value {
    return this.reduce("ReduceMean", axes, keepDims);
  }
  max(axes?: number | readonly number[], keepDims = false): Value {
    return this.reduce("ReduceMax", axes, keepDims);
  }
  min(axes?: number | readonly number[], keepDims = false): Value {
    return this.reduce("ReduceMin", axes, keepDims);
  }
  logSumExp(axes?: number | readonly number[], keepDims = false): Value {
    return this.reduce("ReduceLogSumExp", axes, keepDims);
  }
  softmax(axis = -1): Value {
    return this.op("Softmax", [], { axis });
  }
  logSoftmax(axis = -1): Value {
    return this.op("LogSoftmax", [], { axis });
  }

  /** Same elements, other shape; one dim may be −1. */
  reshape(shape: Shape): Value {
    // ONNX reads a 0 as "the dim of the input" unless told that it is one.
    const attributes: Attributes = shape.includes(0) ? { allowzero: 1 } : {};
    return this.tracer.emit("Reshape", [this, this.tracer.constant(shape, "int64")], attributes);
  }
  /** Two axes: the product of the first `axis` dims, and of the rest. */
  flatten(axis = 1): Value {
    return this.op("Flatten", [], { axis });
  }
  /** Reorders the axes; without an argument, reverses them. */
  transpose(perm?: readonly number[]): Value {
    return this.op("Transpose", [], { perm: perm ?? this.shape.map((_, i) => this.rank - 1 - i) });
  }
  /** Broadcasts to the shape. */
  expand(shape: Shape): Value {
    return this.tracer.emit("Expand", [this, this.tracer.constant(shape, "int64")]);
  }
  squeeze(axes: number | readonly number[]): Value {
    return this.tracer.emit("Squeeze", [this, this.axes(axes)]);
  }
  unsqueeze(axes: number | readonly number[]): Value {
    return this.tracer.emit("Unsqueeze", [this, this.axes(axes)]);
  }
  /** Elements `starts[i]` (inclusive) to `ends[i]` (exclusive) of each axis in `axes` (default: the first axes). */
  slice(
    starts: readonly number[],
    ends: readonly number[],
    axes?: readonly number[],
    steps?: readonly number[],
  ): Value {
    const list = (values: readonly number[]) => this.tracer.constant(values, "int64");
    const along = axes ?? starts.map((_, i) => i);
    return this.tracer.emit("Slice", [this, list(starts), list(ends), list(along), steps && list(steps)]);
  }
  /** Cuts an axis into so many equal parts, or into parts of the given lengths. */
  split(parts: number | readonly number[], axis = 0): Value[] {
    const dim = this.shape.at(axis) ?? 0;
    const lengths = typeof parts === "number" ? new Array<number>(parts).fill(Math.ceil(dim / parts)) : parts;
    return this.tracer.emitAll("Split", [this, this.tracer.constant(lengths, "int64")], { axis }, lengths.length);
  }
  /** Picks entries along an axis by integer indices. */
  gather(indices: Value | Tensor, axis = 0): Value {
    return this.op("Gather", [indices], { axis });
  }

  toString(): string {
    return `${this.dtype}[${this.shape.join(", ")}]`;
  }
}
