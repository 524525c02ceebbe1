/**
 * @file Fused ops of ONNX Runtime (domain com.microsoft) taken apart into ops of the standard, so that what is inside can be seen,
 * edited and differentiated. The runtime fuses them again. Definitions: ONNX Runtime's docs/ContribOperators.md.
 */

import type { Attributes, AttributeValue } from "../op.ts";
import { turnHeads } from "../ops/rotary.ts";
import type { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";
import { fusedQuantised } from "./fused-quantised.ts";
import type { Invocation } from "./upgrade.ts";

/** What stands for a node: its outputs. */
export type Part = (node: Invocation, tracer: Tracer) => readonly (Value | undefined)[];

/** Values in the order of the inputs; those left out are undefined. */
const inputsOf = (node: Invocation) => node.inputs as readonly [Value, Value, ...(Value | undefined)[]];
const number = (value: AttributeValue | undefined, otherwise: number): number => Number(value ?? otherwise);

/** Splits off the attributes of one of the parts. */
function pick(attributes: Attributes, ...names: string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name)));
}

/** The activation that a fused convolution or product ends with; the parameters go by different names. */
function activate(x: Value, name: string, parameters: readonly number[]): Value {
  const [first, second] = parameters;
  switch (name) {
    case "":
      return x;
    case "Relu":
    case "Tanh":
    case "Sigmoid":
    case "Softplus":
    case "Softsign":
      return x.op(name);
    case "LeakyRelu":
    case "Elu":
    case "ThresholdedRelu":
      return x.op(name, [], first === undefined ? {} : { alpha: first });
    case "HardSigmoid":
      return x.op(name, [], {
        ...(first !== undefined && { alpha: first }),
        ...(second !== undefined && { beta: second }),
      });
    case "Clip":
      return x.op(name, [first, second]);
    default:
      throw new Error(`the activation "${name}" is not known`);
  }
}

const fusedConv: Part = (node, tracer) => {
  const [x, weight, bias, residual] = inputsOf(node);
  const { activation = "", activation_params = [], ...window } = node.attributes;
  const sum = tracer.emit("Conv", [x, weight, bias], window);
  const total = residual ? sum.add(residual) : sum;
  return [activate(total, String(activation), activation_params as readonly number[])];
};

const fusedGemm: Part = (node, tracer) => {
  const product = tracer.emit("Gemm", node.inputs, pick(node.attributes, "alpha", "beta", "transA", "transB"));
  const given = ["activation_alpha", "activation_beta"].map((name) => node.attributes[name]);
  return [
    activate(product, String(node.attributes.activation ?? ""), given.filter((v) => v !== undefined).map(Number)),
  ];
};

/** Adds input, skip and bias, and normalises the sum over the last axis. Outputs: result, mean, inverse deviation, sum. */
const skipNormalisation =
  (centred: boolean): Part =>
  (node, tracer) => {
    const [x, skip, scale] = node.inputs as readonly Value[];
    const [shift, bias] = centred ? node.inputs.slice(3) : [undefined, node.inputs[3]];
    const sum = bias ? x.add(skip).add(bias) : x.add(skip);
    const attributes = { axis: -1, epsilon: number(node.attributes.epsilon, 1e-12) };
    if (!centred)
      return [tracer.emit("SimplifiedLayerNormalization", [sum, scale], attributes), undefined, undefined, sum];
    const statistics = node.outputs > 1 ? 3 : 1;
    const [y, mean, inverse] = tracer.emitAll("LayerNormalization", [sum, scale, shift], attributes, statistics);
    return [y, mean, inverse, sum];
  };

/** Word, position and segment embeddings, summed and normalised. Outputs: result, length of each sequence, sum. */
const embedding: Part = (node, tracer) => {
  const [ids, segments, words, positions, kinds, scale, shift, mask, places] = node.inputs as readonly (
    | Value
    | undefined
  )[];
  if (!ids || !words || !positions) throw new Error("the ids, word or position embeddings are missing");
  const [batch, steps] = ids.shape;
  const placed = places ? positions.gather(places) : positions.slice([0], [steps], [0]).unsqueeze(0);
  const base = words.gather(ids).add(placed);
  const sum = kinds && segments ? base.add(kinds.gather(segments)) : base;
  const attributes = { axis: -1, epsilon: number(node.attributes.epsilon, 1e-12) };
  const lengths = mask
    ? tracer.emit("ReduceSum", [mask, tracer.constant([1], "int64")], { keepdims: 0 })
    : tracer.constant(0, "int32", [batch]);
  return [tracer.emit("LayerNormalization", [sum, scale, shift], attributes), lengths, sum];
};

const rotary: Part = (node) => {
  const [x, positions, cosines, sines] = node.inputs as readonly Value[];
  const { interleaved, num_heads, rotary_embedding_dim, scale } = node.attributes;
  if (number(scale, 1) !== 1) throw new Error("scale is not supported");
  const turned = number(rotary_embedding_dim, 0) || 2 * cosines.shape[1];
  const steps = x.shape[x.rank === 4 ? 2 : 1];
  const offsets = x.tracer.constant(
    Array.from({ length: steps }, (_, t) => t),
    "int64",
  );
  // One number: the position of the first step.
  const places = positions.rank === 1 && positions.shape[0] === 1 ? positions.add(offsets).unsqueeze(0) : positions;
  return [
    turnHeads(x, cosines.gather(places), sines.gather(places), {
      heads: number(num_heads, 0),
      turned,
      interleaved: number(interleaved, 0) !== 0,
    }),
  ];
};

const parts: Readonly<Record<string, Part>> = {
  Gelu: (node) => [node.inputs[0]?.op("Gelu")],
  BiasGelu: (node) => [inputsOf(node)[0].add(inputsOf(node)[1]).op("Gelu")],
  FastGelu: (node) => {
    const [x, bias] = node.inputs as readonly [Value, Value | undefined];
    return [(bias ? x.add(bias) : x).op("Gelu", [], { approximate: "tanh" })];
  },
  QuickGelu: (node) => {
    const [x] = inputsOf(node);
    return [x.mul(x.mul(number(node.attributes.alpha, 1.702)).sigmoid())];
  },
  FusedConv: fusedConv,
  FusedGemm: fusedGemm,
  SkipLayerNormalization: skipNormalisation(true),
  SkipSimplifiedLayerNormalization: skipNormalisation(false),
  EmbedLayerNormalization: embedding,
  RotaryEmbedding: rotary,
  // ONNX Runtime's copies of standard ops for element types that these once lacked.
  QuantizeLinear: (node, tracer) => [tracer.emit("QuantizeLinear", node.inputs, node.attributes)],
  DequantizeLinear: (node, tracer) => [tracer.emit("DequantizeLinear", node.inputs, node.attributes)],
  ...fusedQuantised,
};

/** The fused ops that are taken apart. */
export const takenApart: readonly string[] = Object.keys(parts);

/** Whether nodes of this op are taken apart. */
export function isTakenApart(domain: string, op: string): boolean {
  return domain === "com.microsoft" && Object.hasOwn(parts, op);
}

/** The outputs of a fused op from ops of the standard. */
export function takeApart(node: Invocation, tracer: Tracer): Value[] {
  return parts[node.op](node, tracer).slice(0, node.outputs) as Value[];
}
