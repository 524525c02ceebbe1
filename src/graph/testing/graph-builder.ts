/** @file Writes graphs node by node, in the way exporters do, with random weights. */

import { type DType, onnxNumber } from "../dtype.ts";
import { attributeToProto } from "../onnx/attribute.ts";
import type { AttributeProto, ModelProto, NodeProto, ValueInfoProto } from "../onnx/schema.ts";
import type { AttributeKind, AttributeValue } from "../op.ts";
import { ops } from "../ops/index.ts";
import { Rng } from "../rng.ts";
import { type Shape, Tensor } from "../tensor.ts";
import { network, port } from "./proto.ts";

type AttributeRecord = Readonly<Record<string, AttributeValue>>;

/** The ONNX type of an attribute: as the op defines it, else (forms of old operator sets) as the value looks. */
function kindOf(op: string, name: string, value: AttributeValue): AttributeKind {
  const spec = ops[op]?.attributes?.[name];
  if (spec) return spec.kind;
  if (value instanceof Tensor) return "tensor";
  if (typeof value === "string") return "string";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return "ints";
}

/** Nodes and weights in the making; every method that adds a node gives the name of its output. */
export class GraphBuilder {
  readonly rng: Rng;
  private readonly nodes: NodeProto[] = [];
  private readonly weights: Record<string, Tensor> = {};
  private readonly inputs: ValueInfoProto[] = [];
  private readonly opset: number;
  private readonly counts = new Map<string, number>();
  private path = "";

  constructor(opset: number, seed = 1) {
    this.opset = opset;
    this.rng = new Rng(seed);
  }

  /** Names inside start with the module's, as torch.onnx writes them: "/encoder/layer.0/…". */
  module<T>(name: string, body: () => T): T {
    const outer = this.path;
    this.path = `${outer}/${name}`;
    try {
      return body();
    } finally {
      this.path = outer;
    }
  }

  input(name: string, shape: readonly (number | string)[], dtype: DType = "float32"): string {
    this.inputs.push(port(name, shape, dtype));
    return name;
  }

  /** A weight of that name; elements drawn so that sums over all axes but the first keep their size. */
  weight(name: string, shape: Shape, spread = 1 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1))): string {
    return this.tensor(name, this.rng.normal(shape, 0, spread));
  }

  tensor(name: string, tensor: Tensor): string {
    this.weights[name] = tensor;
    return name;
  }

  add(op: string, inputs: readonly string[], attributes: AttributeRecord = {}): string {
    return this.addAll(op, inputs, attributes, 1)[0];
  }

  /** A node of ONNX Runtime's own domain. */
  fused(op: string, inputs: readonly string[], attributes: AttributeRecord, outputs = 1): string[] {
    const made = this.addAll(op, inputs, attributes, outputs);
    this.nodes[this.nodes.length - 1].domain = "com.microsoft";
    return made;
  }

  addAll(op: string, inputs: readonly string[], attributes: AttributeRecord, outputs: number): string[] {
    const base = `${this.path}/${op}`;
    const count = this.counts.get(base) ?? 0;
    this.counts.set(base, count + 1);
    const name = count === 0 ? base : `${base}_${count}`;
    const attribute: AttributeProto[] = Object.entries(attributes).map(([key, value]) =>
      attributeToProto(key, kindOf(op, key, value), value),
    );
    const output = Array.from({ length: outputs }, (_, i) => `${name}_output_${i}`);
    this.nodes.push({ opType: op, name, input: [...inputs], output, attribute });
    return output;
  }

  /** A Constant node: exporters write most numbers so. */
  constant(values: number | readonly number[], dtype: DType = "int64"): string {
    const value = typeof values === "number" ? Tensor.scalar(values, dtype) : Tensor.of(values, [values.length], dtype);
    return this.add("Constant", [], { value });
  }

  /** One dim of a value, as a list of one: Shape, Gather, Unsqueeze. */
  dim(value: string, axis: number): string {
    const dim = this.add("Gather", [this.add("Shape", [value]), this.constant(axis)], { axis: 0 });
    return this.unsqueeze(dim, [0]);
  }

  unsqueeze(value: string, axes: number[]): string {
    return this.opset < 13
      ? this.add("Unsqueeze", [value], { axes })
      : this.add("Unsqueeze", [value, this.constant(axes)]);
  }

  /** A shape from known dims and names of lists of one. */
  shape(dims: readonly (number | string)[]): string {
    return this.add(
      "Concat",
      dims.map((d) => (typeof d === "number" ? this.constant([d]) : d)),
      { axis: 0 },
    );
  }

  reshape(value: string, dims: readonly (number | string)[]): string {
    return this.add("Reshape", [
      value,
      dims.every((d) => typeof d === "number") ? this.constant(dims) : this.shape(dims),
    ]);
  }

  /** `tensor.expand(dims)` of torch.onnx: a −1 keeps the dim, by way of a comparison. */
  expand(value: string, dims: readonly (number | string)[]): string {
    const wanted = this.shape(dims);
    const ones = this.add("ConstantOfShape", [this.add("Shape", [wanted])], { value: Tensor.of([1], [1], "int64") });
    const minusOnes = this.add("Mul", [ones, this.constant(-1)]);
    const size = this.add("Where", [this.add("Equal", [wanted, minusOnes]), ones, wanted]);
    return this.add("Expand", [value, size]);
  }

  slice(value: string, start: number | string, end: number | string, axis: number): string {
    const list = (at: number | string) => (typeof at === "number" ? this.constant([at]) : at);
    return this.add("Slice", [value, list(start), list(end), this.constant([axis]), this.constant([1])]);
  }

  mean(value: string, axes: number[], keepdims = 1): string {
    return this.opset < 18
      ? this.add("ReduceMean", [value], { axes, keepdims })
      : this.add("ReduceMean", [value, this.constant(axes)], { keepdims });
  }

  cast(value: string, dtype: DType): string {
    return this.add("Cast", [value], { to: onnxNumber[dtype] });
  }

  /** nn.Linear on more than two axes: MatMul by the transposed weight, Add. */
  linear(x: string, name: string, inputs: number, outputs: number, bias = true): string {
    const weight = this.weight(`onnx::MatMul_${name}.weight`, [inputs, outputs], 1 / Math.sqrt(inputs));
    const product = this.add("MatMul", [x, weight]);
    return bias ? this.add("Add", [this.weight(`${name}.bias`, [outputs], 0.1), product]) : product;
  }

  /** nn.LayerNorm: taken apart before operator set 17. */
  layerNorm(x: string, name: string, size: number, epsilon = 1e-5): string {
    const scale = this.tensor(`${name}.weight`, this.rng.normal([size], 1, 0.1));
    const shift = this.weight(`${name}.bias`, [size], 0.1);
    if (this.opset >= 17) return this.add("LayerNormalization", [x, scale, shift], { axis: -1, epsilon });
    const centred = this.add("Sub", [x, this.mean(x, [-1])]);
    const variance = this.mean(this.add("Pow", [centred, this.constant(2, "float32")]), [-1]);
    const deviation = this.add("Sqrt", [this.add("Add", [variance, this.constant(epsilon, "float32")])]);
    const normal = this.add("Div", [centred, deviation]);
    return this.add("Add", [this.add("Mul", [normal, scale]), shift]);
  }

  /** The model; outputs go by their own names, through an Identity. */
  model(outputs: Readonly<Record<string, string>>): ModelProto {
    for (const [name, value] of Object.entries(outputs))
      this.nodes.push({ opType: "Identity", name: `/${name}`, input: [value], output: [name], attribute: [] });
    const ports = Object.keys(outputs).map((name) => port(name));
    return network(this.opset, this.nodes, this.inputs, ports, this.weights);
  }
}
