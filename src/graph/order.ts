/** @file Topological order of the nodes that values depend on. */

import type { GraphNode } from "./tracer.ts";
import type { Value } from "./value.ts";

/** What a node's results depend on. For derivatives that is a custom rule's inputs, where there is one. */
export type Dependencies = (node: GraphNode) => readonly (Value | undefined)[];

const inputsOf: Dependencies = (node) => node.inputs;

/**
 * The nodes that `outputs` depend on, each after those it depends on.
 * Walks with a stack of its own, so that a graph may be deeper than the call stack.
 * @param stop values not to look behind
 */
export function order(
  outputs: readonly Value[],
  stop: (value: Value) => boolean = () => false,
  dependencies: Dependencies = inputsOf,
): GraphNode[] {
  const done = new Set<GraphNode>();
  const sorted: GraphNode[] = [];
  const stack: { node: GraphNode; next: number }[] = [];
  const seen = new Set<GraphNode>();
  const push = (value: Value | undefined) => {
    if (value?.node === undefined || seen.has(value.node) || stop(value)) return;
    seen.add(value.node);
    stack.push({ node: value.node, next: 0 });
  };
  for (const output of outputs) {
    push(output);
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const inputs = dependencies(top.node);
      if (top.next < inputs.length) {
        push(inputs[top.next++]);
      } else {
        stack.pop();
        done.add(top.node);
        sorted.push(top.node);
      }
    }
  }
  return sorted;
}

/** The value itself, behind all boundaries. */
export function producerOf(value: Value): Value {
  let current = value;
  for (let { node } = current; node?.definition.name === "Identity"; { node } = current) {
    current = node.inputs[node.outputs.indexOf(current)] as Value;
  }
  return current;
}
