/**
 * @file Attention in the graph of a model: a softmax of products of queries and keys, times values, times output weights. It is looked for by what
 * nodes do, not by names, so that models of cajal/nn and ONNX files are read alike.
 */

import { CajalError, collect, type GraphNode, leavesOf, nodesBehind, sizeOf, Value } from "../../../graph/index.ts";
import type { LanguageModel } from "../../../probe/index.ts";
import { applied, type Feeds } from "./model.ts";

/** One attention layer, as it stands in a trace. */
export interface TracedAttention {
  /** The tap of what heads say before the output projection, and its value: [batch, steps, heads, headWidth], or the last two axes in one. */
  readonly name: string;
  readonly z: Value;
  readonly heads: number;
  readonly headWidth: number;
  /** [batch, heads, steps, steps seen]: rows sum to 1. */
  readonly pattern?: Value;
  /** [batch, keyValueHeads, steps seen, headWidth]; head k reads those of head ⌊k · keyValueHeads / heads⌋. */
  readonly values?: Value;
  /** W_O [heads · headWidth, width]. */
  readonly output?: Value;
  /** Why there is no pattern. */
  readonly opaque?: string;
}

const passing = new Set(["Reshape", "Transpose", "Cast", "Identity", "Squeeze", "Unsqueeze", "Dropout", "Flatten"]);
/** Between softmax and values stand, besides, guards against rows that see nothing. */
const guards = new Set([...passing, "Where", "IsNaN"]);
const fused = new Set(["Attention", "MultiHeadAttention", "GroupQueryAttention"]);
/** What stands between a product of queries and keys and its softmax. */
const scoring = new Set([...passing, "Add", "Sub", "Mul", "Div", "Where", "Tanh", "Expand"]);

/** All attention layers of the model, in the order of computing, in the graph that is being traced. */
export function traceAttention(model: LanguageModel, feeds: Feeds): { result: unknown; layers: TracedAttention[] } {
  const { result, taps } = collect(() => applied(model, feeds))();
  return { result, layers: attentionAmong(result, taps, feeds[1].shape) };
}

/** @param shape of the tokens: [batch, steps] */
export function attentionAmong(
  result: unknown,
  taps: Readonly<Record<string, Value>>,
  shape: readonly number[],
): TracedAttention[] {
  const roots = leavesOf(result).filter((leaf) => leaf instanceof Value);
  const nodes = nodesBehind([...roots, ...Object.values(taps)]).map(({ node }) => node);
  const graph = new Consumers(nodes);
  const names = new Map(Object.entries(taps).map(([name, value]) => [value, name]));
  const found = nodes.flatMap((node): (TracedAttention | undefined)[] => {
    const { name } = node.definition;
    if (name === "Softmax") return [ofSoftmax(node, graph, names, shape)];
    return fused.has(name) ? [ofFused(node, graph, names, shape)] : [];
  });
  return found.filter((layer) => layer !== undefined).sort((a, b) => a.z.serial - b.z.serial);
}

/** Who reads a value. */
class Consumers {
  private readonly readers = new Map<Value, GraphNode[]>();

  constructor(nodes: readonly GraphNode[]) {
    for (const node of nodes)
      for (const input of new Set(node.inputs))
        if (input !== undefined) this.readers.set(input, [...(this.readers.get(input) ?? []), node]);
  }

  /** The first reader that is wanted, with the values on the way to it, over nodes that may be passed. */
  next(
    from: Value,
    wanted: (node: GraphNode, input: Value) => boolean,
    passed: ReadonlySet<string>,
  ): { readonly node: GraphNode; readonly path: readonly Value[] } | undefined {
    const open: Value[][] = [[from]];
    const seen = new Set<Value>([from]);
    for (let path = open.shift(); path !== undefined; path = open.shift()) {
      const value = path[path.length - 1];
      for (const node of this.readers.get(value) ?? []) {
        if (wanted(node, value)) return { node, path };
        if (!passed.has(node.definition.name)) continue;
        const [output] = node.outputs;
        if (seen.has(output)) continue;
        seen.add(output);
        open.push([...path, output]);
      }
    }
    return undefined;
  }
}

function ofSoftmax(
  node: GraphNode,
  graph: Consumers,
  names: ReadonlyMap<Value, string>,
  [batch, steps]: readonly number[],
): TracedAttention | undefined {
  const [weights] = node.outputs;
  const seen = weights.shape[weights.rank - 1];
  if (weights.rank < 3 || sizeOf(weights.shape) % (batch * steps * seen) !== 0 || !fromProduct(node)) return undefined;
  const mixing = graph.next(
    weights,
    ({ definition, inputs }, value) => definition.name === "MatMul" && inputs[0] === value,
    guards,
  );
  const [pattern, values] = mixing?.node.inputs ?? [];
  if (mixing === undefined || pattern === undefined || values === undefined) return undefined;
  const heads = sizeOf(weights.shape) / (batch * steps * seen);
  const headWidth = values.shape[values.rank - 1];
  const ending = endOf(mixing.node.outputs[0], heads * headWidth, graph, names, batch * steps);
  if (ending === undefined) return undefined;
  return {
    ...ending,
    heads,
    headWidth,
    pattern: pattern.reshape([batch, heads, steps, seen]),
    values: values.reshape([batch, sizeOf(values.shape) / (batch * seen * headWidth), seen, headWidth]),
  };
}

/** Whether what a softmax reads is a product of two things that were computed. */
function fromProduct(node: GraphNode): boolean {
  const open = [...node.inputs];
  const seen = new Set(open);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const maker = value.node;
    if (maker === undefined) continue;
    if (maker.definition.name === "MatMul" || maker.definition.name === "Einsum") return true;
    if (!scoring.has(maker.definition.name)) continue;
    for (const input of maker.inputs)
      if (input !== undefined && !seen.has(input)) {
        seen.add(input);
        open.push(input);
      }
  }
  return false;
}

/** Where the heads' words stand before they are joined, and the weights that join them. */
function endOf(
  mixed: Value,
  width: number,
  graph: Consumers,
  names: ReadonlyMap<Value, string>,
  rows: number,
): Pick<TracedAttention, "name" | "z" | "output"> | undefined {
  const joins = ({ definition, inputs }: GraphNode, value: Value) =>
    (definition.name === "MatMul" || definition.name === "Gemm") && inputs[0] === value && inputs[1]?.rank === 2;
  const joining = graph.next(mixed, joins, passing);
  const path = joining?.path ?? graph.next(mixed, () => false, passing)?.path ?? [mixed];
  const z = [...path].reverse().find((value) => names.has(value) && isPerToken(value, width, rows));
  if (z === undefined) return undefined;
  const weights = joining?.node.inputs[1];
  const transposed = joining?.node.definition.name === "Gemm" && joining.node.attributes.transB === 1;
  return {
    z,
    name: names.get(z) ?? "",
    ...(weights !== undefined && { output: transposed ? weights.transpose() : weights }),
  };
}

function isPerToken({ shape }: Value, width: number, rows: number): boolean {
  const [first, second] = shape;
  if (shape.length === 2) return first === rows && second === width;
  // The axes of steps and heads are told apart by the last one, which holds all heads or one.
  return shape.length >= 3 && first * second === rows && sizeOf(shape.slice(2)) === width;
}

/** A fused kernel is taken apart into the nodes that it stands for; they compute its pattern once more, beside it. */
function ofFused(
  node: GraphNode,
  graph: Consumers,
  names: ReadonlyMap<Value, string>,
  shape: readonly number[],
): TracedAttention | undefined {
  const { definition, attributes, outputs } = node;
  const [said] = outputs;
  const [batch, steps] = shape;
  const ending = endOf(said, said.shape[said.rank - 1], graph, names, batch * steps);
  if (ending === undefined) return undefined;
  const heads = Number(attributes.num_heads);
  const whole = { ...ending, heads, headWidth: said.shape[said.rank - 1] / heads };
  const { derivative } = definition;
  if (derivative === "zero" || !("expand" in derivative))
    return { ...whole, opaque: `${definition.name} at "${node.scope}" is one kernel` };
  try {
    const parts = derivative.expand(said.tracer.call(node));
    const inside = nodesBehind(parts).map((part) => part.node);
    const softmax = inside
      .filter((part) => part.definition.name === "Softmax")
      .find((part) => part.outputs[0].serial > said.serial);
    const mixing =
      softmax &&
      new Consumers(inside).next(softmax.outputs[0], ({ definition: { name } }) => name === "MatMul", guards);
    const [pattern, values] = mixing?.node.inputs ?? [];
    if (pattern === undefined || values === undefined)
      return { ...whole, opaque: `${definition.name} shows no softmax` };
    const seen = pattern.shape[pattern.rank - 1];
    return {
      ...whole,
      pattern: pattern.reshape([batch, heads, steps, seen]),
      values: values.reshape([batch, sizeOf(values.shape) / (batch * seen * whole.headWidth), seen, whole.headWidth]),
    };
  } catch (error) {
    if (error instanceof CajalError) return { ...whole, opaque: error.message };
    throw error;
  }
}
