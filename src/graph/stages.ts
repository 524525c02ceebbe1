/**
 * @file Cuts a graph at its host nodes: stages, each of which is a part for ONNX Runtime, as large as possible, and then the host nodes
 * that only need what is known by then.
 */

import { order, producerOf } from "./order.ts";
import type { GraphNode } from "./tracer.ts";
import type { Value } from "./value.ts";

export interface Stage {
  /** Ends of the part for the runtime; without outputs there is none. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** What then runs in TypeScript. */
  readonly hosts: readonly GraphNode[];
}

/** The stages in order; `undefined` when all of the graph is for the runtime. Boundaries are looked through: they compute nothing. */
export function stagesOf(outputs: readonly Value[]): Stage[] | undefined {
  const inputsOf = (node: GraphNode) => node.inputs.flatMap((input) => (input ? [producerOf(input)] : []));
  const results = outputs.map((output) => producerOf(output));
  const nodes = order(results, undefined, inputsOf);
  if (!nodes.some(isHost)) return undefined;

  const stages = new Map<GraphNode, number>();
  const readyIn = ({ node }: Value): number => {
    const stage = node ? (stages.get(node) ?? 0) : 0;
    return node && isHost(node) ? stage + 1 : stage;
  };
  for (const node of nodes) stages.set(node, Math.max(0, ...inputsOf(node).map(readyIn)));

  const count = 1 + Math.max(...stages.values());
  const parts = Array.from({ length: count }, () => ({
    inputs: new Set<Value>(),
    outputs: new Set<Value>(),
    hosts: [] as GraphNode[],
  }));
  const made = (value: Value) => value.node !== undefined && !isHost(value.node);
  const handOver = (value: Value) => made(value) && parts[readyIn(value)].outputs.add(value);
  for (const node of nodes) {
    const stage = stages.get(node) ?? 0;
    if (isHost(node)) parts[stage].hosts.push(node);
    for (const value of inputsOf(node)) {
      if (value.constant !== undefined || (made(value) && !isHost(node) && readyIn(value) === stage)) continue;
      if (!isHost(node)) parts[stage].inputs.add(value);
      handOver(value);
    }
  }
  for (const value of results) handOver(value);
  return parts.map((part) => ({ inputs: [...part.inputs], outputs: [...part.outputs], hosts: part.hosts }));
}

function isHost(node: GraphNode): boolean {
  return node.definition.run !== undefined;
}
