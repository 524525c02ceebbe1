/** @file A graph of Values to an ONNX model. */

import { onnxNumber } from "../dtype.ts";
import { CajalError } from "../error.ts";
import { int } from "../op.ts";
import { producerOf } from "../order.ts";
import { asTraced, type Rewrite } from "../precision.ts";
import type { ValueType } from "../tensor.ts";
import type { Value } from "../value.ts";
import { attributeToProto } from "./attribute.ts";
import { encodeModel } from "./codec.ts";
import { type PlannedBody, type PlannedNode, plan } from "./plan.ts";
import { type AttributeProto, attributeType, type GraphProto, type NodeProto, type ValueInfoProto } from "./schema.ts";
import { Names } from "./value-names.ts";

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
  const names = new Names();
  for (const { name, value } of inputs) names.input(name, value);
  for (const { name, value } of outputs) names.reserve(name, producerOf(value));
  const given = new Set(inputs.map(({ value }) => value));
  const planned = plan(
    outputs.map(({ value }) => value),
    [...given],
    (value) => given.has(value),
  );
  const node = writeNodes(planned.nodes, names, rewrite);
  for (const { name, value } of outputs)
    if (names.of(value) !== name) node.push(plainNode("Identity", [names.of(value)], [name]));
  const domains = new Set(node.flatMap((proto) => domainsOf(proto)));
  return encodeModel({
    irVersion,
    producerName: "cajal",
    opsetImport: [{ domain: "", version: exportOpset }, ...[...domains].map((domain) => ({ domain, version: 1 }))],
    graph: {
      name: "cajal",
      node,
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

/** The domains other than the standard one, also those of bodies. */
function domainsOf(proto: NodeProto): string[] {
  const inside = proto.attribute.flatMap(({ g }) => g?.node.flatMap(domainsOf) ?? []);
  return proto.domain ? [proto.domain, ...inside] : inside;
}

function writeNodes(nodes: readonly PlannedNode[], names: Names, rewrite: Rewrite): NodeProto[] {
  return nodes.flatMap((planned) => {
    if (planned.node.definition.name !== "Identity") return nodeProtos(planned, names, rewrite);
    // A boundary computes nothing: its outputs go by the names of its inputs.
    for (const [i, output] of planned.outputs.entries()) names.alias(output, planned.inputs[i] as Value);
    return [];
  });
}

function writeBody(name: string, { inputs, outputs, nodes }: PlannedBody, around: Names, rewrite: Rewrite): GraphProto {
  const names = around.inside();
  const input = inputs.map((value, i) => valueInfo(names.define(value, `${name}:input${i}`), value));
  const node = writeNodes(nodes, names, rewrite);
  // Each output must be made inside, and once.
  const free = new Set(node.flatMap(({ output }) => output));
  const output = outputs.map((value, i) => {
    const made = names.of(value);
    if (free.delete(made)) return valueInfo(made, value);
    const copy = names.fresh(`${name}:output${i}`);
    node.push(plainNode("Identity", [made], [copy]));
    return valueInfo(copy, value);
  });
  return { name, node, input, output, initializer: [], valueInfo: [], sparseInitializer: [] };
}

/** A node, or the nodes that stand for it where the runtime is known to get the one wrong. */
function nodeProtos(planned: PlannedNode, names: Names, rewrite: Rewrite): readonly NodeProto[] {
  const { node } = planned;
  const proto = nodeProto(planned, names, rewrite);
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

function nodeProto(planned: PlannedNode, names: Names, rewrite: Rewrite): NodeProto {
  const { definition, scope } = planned.node;
  if (definition.run !== undefined) {
    throw new CajalError(
      "argument",
      `${definition.name} is computed in TypeScript, not by ONNX Runtime${scope === "" ? "" : `, at "${scope}"`}`,
      {
        advice: "It can be part of a compiled function, but not of an ONNX file, nor of the body of a loop or branch.",
      },
    );
  }
  const base = `${scope === "" ? "" : `${scope}/`}${definition.name}`;
  const inputs = planned.inputs.map((input, i) => (input === undefined ? "" : names.of(input, `${base}:input${i}`)));
  const bodies = Object.entries(planned.bodies).map(([name, body]) =>
    graphAttribute(name, writeBody(`${base}:${name}`, body, names, rewrite)),
  );
  const outputs = planned.outputs.map((output, i) => names.define(output, i === 0 ? base : `${base}:${i}`));
  return {
    ...plainNode(definition.name, inputs, outputs),
    name: outputs[0],
    attribute: [...attributesOf(planned), ...bodies],
    ...(definition.domain && { domain: definition.domain }),
  };
}

function attributesOf({ node, inputs, outputs, states }: PlannedNode): AttributeProto[] {
  if (node.definition.name === "Scan") {
    const direction = int(node.attributes, "reverse");
    const [reads, writes] = [inputs.length - states, outputs.length - states];
    return [
      attributeToProto("num_scan_inputs", "int", reads),
      attributeToProto("scan_input_directions", "ints", new Array<number>(reads).fill(direction)),
      attributeToProto("scan_output_directions", "ints", new Array<number>(writes).fill(direction)),
    ];
  }
  return Object.entries(node.attributes).flatMap(([name, value]) => {
    const kind = node.definition.attributes?.[name].kind ?? "string";
    return kind === "graph" ? [] : [attributeToProto(name, kind, value)];
  });
}

function graphAttribute(name: string, g: GraphProto): AttributeProto {
  return { name, g, floats: [], ints: [], strings: [], type: attributeType.graph };
}

function plainNode(opType: string, input: string[], output: string[]): NodeProto {
  return { opType, input, output, name: output[0], attribute: [] };
}

function valueInfo(name: string, type: ValueType): ValueInfoProto {
  const dim = type.shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: onnxNumber[type.dtype], shape: { dim } } } };
}
