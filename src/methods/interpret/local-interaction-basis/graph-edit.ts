/** @file Writing nodes of ONNX graphs: what ablated models are made of. */

import { CajalError, type proto, Tensor, tensorToProto } from "../../../graph/index.ts";
import { blockOf, type Matrix } from "../matrix.ts";
import type { LibLayer } from "./layer.ts";

/** Weights and names that are added to a graph. */
export class Addition {
  readonly initializers: proto.TensorProto[] = [];
  private readonly taken: Set<string>;

  constructor(graph: proto.GraphProto) {
    this.taken = namesIn(graph);
  }

  /** A name that the graph does not have. */
  fresh(base: string): string {
    let name = base;
    for (let i = 1; this.taken.has(name); i++) name = `${base}.${i}`;
    this.taken.add(name);
    return name;
  }

  constant(base: string, tensor: Tensor): string {
    const name = this.fresh(base);
    this.initializers.push(tensorToProto(tensor, name));
    return name;
  }
}

/** Nodes one after the other: of the graph itself, or of a body. */
export class NodeList {
  readonly nodes: proto.NodeProto[] = [];
  private readonly addition: Addition;

  constructor(addition: Addition) {
    this.addition = addition;
  }

  /** @returns the name of its output, which is a fresh one unless given */
  add(
    opType: string,
    input: readonly string[],
    output: string | { readonly base: string },
    attribute: readonly proto.AttributeProto[] = [],
  ): string {
    const name = typeof output === "string" ? output : this.addition.fresh(output.base);
    this.nodes.push({ opType, input: [...input], output: [name], name, attribute: [...attribute] });
    return name;
  }

  /** A node's tensor with its units as the last axis. */
  unitsLast({ shape, tensor }: LibLayer, x: string): string {
    if (shape.length < 3) return x;
    return this.add("Transpose", [x], { base: `${tensor}/rows` }, [ints("perm", [0, 2, 3, 1])]);
  }

  /** And back. */
  asNode({ shape, tensor }: LibLayer, rows: string, output: string | undefined): string {
    if (shape.length === 3)
      return this.add("Transpose", [rows], output ?? { base: `${tensor}/pixels` }, [ints("perm", [0, 3, 1, 2])]);
    return output === undefined ? rows : this.add("Identity", [rows], output);
  }

  /** rows·A + b, with the last row of [A; b] as b; of a matrix without it, rows·A. */
  affine({ tensor }: LibLayer, rows: string, matrix: string, bias?: string): string {
    const times = this.add("MatMul", [rows, matrix], { base: `${tensor}/product` });
    return bias === undefined ? times : this.add("Add", [times, bias], { base: `${tensor}/sum` });
  }
}

/** [A; b] as two weights of the layer's dtype: A [d × r] and b [r]. */
export function affineWeights(
  addition: Addition,
  { tensor, dtype }: LibLayer,
  { rows, columns, data }: Matrix,
): readonly [matrix: string, bias: string] {
  const d = rows - 1;
  return [
    addition.constant(`${tensor}/matrix`, Tensor.of(data.slice(0, d * columns), [d, columns], dtype)),
    addition.constant(`${tensor}/offset`, Tensor.of(data.slice(d * columns), [columns], dtype)),
  ];
}

/** From directions back to units: C⁺ without its constant slot, [r × d]. */
export function backWeight(addition: Addition, { tensor, dtype, Cpinv }: LibLayer): string {
  const back = blockOf(Cpinv, [0, Cpinv.rows], [0, Cpinv.columns - 1]);
  return addition.constant(`${tensor}/back`, Tensor.of(back.data, [back.rows, back.columns], dtype));
}

/**
 * The graph with other nodes in place of what made a tensor: they come after its producer, whose output goes by another name, and make the
 * tensor anew.
 * @param write is given the name of the unedited tensor
 * @throws CajalError `unknown-layer`
 */
export function remade(
  graph: proto.GraphProto,
  tensor: string,
  write: (unedited: string, list: NodeList, addition: Addition) => void,
): proto.GraphProto {
  const at = graph.node.findIndex(({ output }) => output.includes(tensor));
  if (at < 0)
    throw new CajalError("unknown-layer", `no node of the model makes a tensor "${tensor}"`, {
      advice: "The layers must be of this model; what a branch makes inside cannot be edited.",
    });
  const addition = new Addition(graph);
  const list = new NodeList(addition);
  const unedited = addition.fresh(`${tensor}/unedited`);
  write(unedited, list, addition);
  const producer = graph.node[at];
  const output = producer.output.map((name) => (name === tensor ? unedited : name));
  return {
    ...graph,
    node: [...graph.node.slice(0, at), { ...producer, output }, ...list.nodes, ...graph.node.slice(at + 1)],
    initializer: [...graph.initializer, ...addition.initializers],
  };
}

export function ints(name: string, values: readonly number[]): proto.AttributeProto {
  return { name, ints: [...values], floats: [], strings: [], type: 7 };
}

function namesIn(graph: proto.GraphProto): Set<string> {
  const names = new Set<string>();
  for (const { name = "" } of [...graph.initializer, ...graph.input, ...graph.output]) names.add(name);
  for (const { input, output, attribute } of graph.node) {
    for (const name of [...input, ...output]) names.add(name);
    for (const { g } of attribute) if (g !== undefined) for (const name of namesIn(g)) names.add(name);
  }
  return names;
}
