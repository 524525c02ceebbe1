/** @file The nodes between two tensors of an ONNX graph, as a copy that reads another tensor in place of the first. */

import type { proto } from "../../../graph/index.ts";
import type { Addition } from "./graph-edit.ts";

/** What a node reads, also within its bodies. */
function reads({ input, attribute }: proto.NodeProto): string[] {
  return [...input, ...attribute.flatMap(({ g }) => g?.node.flatMap(reads) ?? [])];
}

/**
 * @param nodes of the graph, in its order
 * @param given the tensor that is read in place of `from`
 * @returns the copies, in their order, and what the copy of `to` is called
 */
export function copyBetween(
  nodes: readonly proto.NodeProto[],
  from: string,
  to: string,
  given: string,
  addition: Addition,
): { readonly nodes: readonly proto.NodeProto[]; readonly output: string } {
  const needed = new Set([to]);
  const behind = [...nodes].reverse().filter((node) => {
    if (!node.output.some((name) => needed.has(name))) return false;
    for (const name of reads(node)) needed.add(name);
    return true;
  });
  const names = new Map([[from, given]]);
  const copies: proto.NodeProto[] = [];
  for (const node of behind.reverse()) {
    if (node.output.includes(from) || !reads(node).some((name) => names.has(name))) continue;
    const copy = withNames(node, names);
    for (const name of node.output) if (name !== "") names.set(name, addition.fresh(`${name}/masked`));
    const output = node.output.map((name) => names.get(name) ?? name);
    copies.push({ ...copy, output, name: output[0] });
  }
  return { nodes: copies, output: names.get(to) ?? to };
}

/** The node with other names for what it and its bodies read. */
function withNames(node: proto.NodeProto, names: ReadonlyMap<string, string>): proto.NodeProto {
  return {
    ...node,
    input: node.input.map((name) => names.get(name) ?? name),
    attribute: node.attribute.map((attribute) =>
      attribute.g === undefined
        ? attribute
        : {
            ...attribute,
            g: {
              ...attribute.g,
              node: attribute.g.node.map((inner) => withNames(inner, names)),
              output: attribute.g.output.map((port) => ({ ...port, name: names.get(port.name ?? "") ?? port.name })),
            },
          },
    ),
  };
}
