/** @file Puts a graph's nodes in an order in which each comes after those it needs. */

import { CajalError } from "../error.ts";
import type { GraphProto, NodeProto } from "./schema.ts";

/**
 * The nodes in topological order (the file's own order where that is one).
 * @param outer names from around a subgraph
 * @throws CajalError `bad-onnx` when a name is made twice or by nobody, or when nodes wait for each other
 */
export function sortNodes(graph: GraphProto, source: string, outer: ReadonlySet<string> = new Set()): NodeProto[] {
  const maker = new Map<string, NodeProto>();
  for (const node of graph.node) {
    for (const name of node.output) {
      if (name === "") continue;
      if (maker.has(name)) throw new CajalError("bad-onnx", `${source}: "${name}" is made by two nodes`);
      maker.set(name, node);
    }
  }
  const given = new Set([...graph.input, ...graph.initializer].map(({ name = "" }) => name));
  const state = new Map<NodeProto, "open" | "done">();
  const sorted: NodeProto[] = [];
  for (const root of graph.node) {
    // A stack of our own: graphs can be deeper than the call stack.
    const stack = [{ node: root, next: 0 }];
    if (state.has(root)) continue;
    state.set(root, "open");
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const needed = neededBy(top.node);
      if (top.next === needed.length) {
        stack.pop();
        state.set(top.node, "done");
        sorted.push(top.node);
        continue;
      }
      const name = needed[top.next++];
      const node = maker.get(name);
      if (node === undefined) {
        if (given.has(name) || outer.has(name)) continue;
        throw new CajalError(
          "bad-onnx",
          `${source}: "${name}", needed by "${top.node.name || top.node.output[0] || top.node.opType || ""}", is made by no node`,
        );
      }
      if (state.get(node) === "open") {
        throw new CajalError("bad-onnx", `${source}: the graph is cyclic: "${name}" depends on itself`, {
          advice: "The file is damaged.",
        });
      }
      if (!state.has(node)) {
        state.set(node, "open");
        stack.push({ node, next: 0 });
      }
    }
  }
  return sorted;
}

/** The names that a node reads: its inputs, and what its subgraphs take from around them. */
function neededBy(node: NodeProto): string[] {
  const names = node.input.filter((name) => name !== "");
  for (const { g } of node.attribute) {
    if (g === undefined) continue;
    const inside = new Set([...g.input, ...g.initializer].map(({ name = "" }) => name));
    for (const child of g.node) for (const name of child.output) inside.add(name);
    for (const child of g.node) names.push(...neededBy(child).filter((name) => !inside.has(name)));
  }
  return names;
}
