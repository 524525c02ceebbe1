/** @file A graph of Values to an ONNX model. */

import { onnxNumber } from "../dtype.ts";
import { CajalError } from "../error.ts";
import { order } from "../order.ts";
import { asTraced, type Rewrite } from "../precision.ts";
import { sizeOf, Tensor, type ValueType } from "../tensor.ts";
import type { GraphNode } from "../tracer.ts";
import type { Value } from "../value.ts";
import { attributeToProto } from "./attribute.ts";
import { encodeModel } from "./codec.ts";
import type { NodeProto, TensorProto, ValueInfoProto } from "./schema.ts";
import { tensorToProto } from "./tensor.ts";

/** The operator set that Cajal writes. */
export const exportOpset = 21;
const irVersion = 10;

export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

/** ONNX bytes of the graph from `inputs` to `outputs`. Names must be distinct. */
export function encodeGraph(
  inputs: readonly NamedValue[],
  outputs: readonly NamedValue[],
  metadata: Readonly<Record<string, string>> = {},
  rewrite: Rewrite = asTraced,
): Uint8Array {
  const names = new Names(inputs);
  for (const { name, value } of outputs) names.reserve(name, producerOf(value));
  const nodes: NodeProto[] = [];
  const domains = new Set<string>();
  const add = (node: NodeProto) => {
    nodes.push(node);
    if (node.domain) domains.add(node.domain);
  };
  for (const node of order(outputs.map((output) => output.value))) {
    // A boundary computes nothing: its outputs go by the names of its inputs.
    if (node.definition.name === "Identity")
      for (const [i, output] of node.outputs.entries()) names.alias(output, node.inputs[i] as Value);
    else for (const proto of nodeProtos(node, names, rewrite)) add(proto);
  }
  for (const { name, value } of outputs)
    if (names.of(value) !== name) add(plainNode("Identity", [names.of(value)], [name]));
  return encodeModel({
    irVersion,
    producerName: "cajal",
    opsetImport: [{ domain: "", version: exportOpset }, ...[...domains].map((domain) => ({ domain, version: 1 }))],
    graph: {
      name: "cajal",
      node: nodes,
      input: inputs.map(({ name, value }) => valueInfo(name, value)),
      output: outputs.map(({ name, value }) => valueInfo(name, value)),
      initializer: names.initializers,
      valueInfo: [],
      sparseInitializer: [],
    },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    functions: [],
  });
}

/** The value itself, behind all boundaries. */
function producerOf(value: Value): Value {
  let current = value;
  for (let { node } = current; node?.definition.name === "Identity"; { node } = current) {
    current = node.inputs[node.outputs.indexOf(current)] as Value;
  }
  return current;
}

/** Gives each value a name that says where it was made, and gathers constants as initializers. */
class Names {
  readonly initializers: TensorProto[] = [];
  private readonly names = new Map<Value, string>();
  private readonly constants = new Map<Tensor, string>();
  private readonly small = new Map<string, string>();
  private readonly taken = new Set<string>();
  private readonly reserved = new Map<Value, string>();

  constructor(inputs: readonly NamedValue[]) {
    for (const { name, value } of inputs) {
      if (this.taken.has(name)) throw new CajalError("argument", `export: two inputs are named "${name}"`);
      this.taken.add(name);
      this.names.set(value, name);
    }
  }

  /** @param hint what a constant is called when it gets its name here */
  of(value: Value, hint = "constant"): string {
    const name = this.names.get(value);
    if (name !== undefined) return name;
    if (value.constant === undefined) {
      throw new CajalError(
        "argument",
        `export: the graph depends on a value of type ${value} that is not among its inputs`,
        {
          advice: "Pass it as an argument of the traced function.",
        },
      );
    }
    const added = this.constant(value.constant, hint);
    this.names.set(value, added);
    return added;
  }

  alias(value: Value, original: Value): void {
    this.names.set(value, this.of(original));
  }

  /** Keeps a name for an output; the value itself gets it, if a node makes it and it has no other. */
  reserve(name: string, value: Value): void {
    if (this.taken.has(name)) throw new CajalError("argument", `export: two inputs or outputs are named "${name}"`);
    this.taken.add(name);
    if (value.node !== undefined && !this.reserved.has(value)) this.reserved.set(value, name);
  }

  define(value: Value, base: string): string {
    const name = this.reserved.get(value) ?? this.fresh(base);
    this.names.set(value, name);
    return name;
  }

  /** An int64 list among the initializers. */
  constantOf(list: readonly number[]): string {
    return this.constant(Tensor.of(list, [list.length], "int64"), "axes");
  }

  private constant(tensor: Tensor, hint: string): string {
    const known = this.constants.get(tensor);
    if (known !== undefined) return known;
    const key =
      sizeOf(tensor.shape) <= 16
        ? `${tensor} ${Array.from(tensor.numbers(), (v) => (Object.is(v, -0) ? "-0" : v)).join()}`
        : undefined;
    const name = (key !== undefined && this.small.get(key)) || this.fresh(hint);
    if (key === undefined || !this.small.has(key)) this.initializers.push(tensorToProto(tensor, name));
    if (key !== undefined) this.small.set(key, name);
    this.constants.set(tensor, name);
    return name;
  }

  private counters = new Map<string, number>();

  fresh(base: string): string {
    let count = this.counters.get(base) ?? 0;
    let name: string;
    do name = count === 0 ? base : `${base}.${count}`;
    while (this.taken.has(name) && ++count);
    this.counters.set(base, count + 1);
    this.taken.add(name);
    return name;
  }
}

/** A node, or the nodes that stand for it where the runtime is known to get the one wrong. */
function nodeProtos(node: GraphNode, names: Names, rewrite: Rewrite): readonly NodeProto[] {
  const proto = nodeProto(node, names);
  if (node.definition.name !== "MatMul" || node.inputs[1]?.rank !== 1)
    return rewrite(node, proto, (name) => names.fresh(name));
  // ONNX Runtime 1.30 fuses Transpose and MatMul, and then multiplies a vector on the right by the wrong matrix; a column is right.
  const [result] = proto.output;
  const axis = names.constantOf([-1]);
  const column = names.fresh(`${result}:column`);
  const product = names.fresh(`${result}:product`);
  return [
    plainNode("Unsqueeze", [proto.input[1], axis], [column]),
    { ...proto, name: product, input: [proto.input[0], column], output: [product] },
    plainNode("Squeeze", [product, axis], [result]),
  ];
}

function nodeProto(node: GraphNode, names: Names): NodeProto {
  const { definition } = node;
  const base = `${node.scope === "" ? "" : `${node.scope}/`}${definition.name}`;
  const inputs = node.inputs.map((input, i) => (input === undefined ? "" : names.of(input, `${base}:input${i}`)));
  const outputs = node.outputs.map((output, i) => names.define(output, i === 0 ? base : `${base}:${i}`));
  const attribute = Object.entries(node.attributes).map(([name, value]) =>
    attributeToProto(name, definition.attributes?.[name].kind ?? "string", value),
  );
  return {
    ...plainNode(definition.name, inputs, outputs),
    name: outputs[0],
    attribute,
    ...(definition.domain && { domain: definition.domain }),
  };
}

function plainNode(opType: string, input: string[], output: string[]): NodeProto {
  return { opType, input, output, name: output[0], attribute: [] };
}

function valueInfo(name: string, type: ValueType): ValueInfoProto {
  const dim = type.shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: onnxNumber[type.dtype], shape: { dim } } } };
}
