/** @file Looks into a graph: the nodes of certain ops behind its outputs, with what they read. Bodies of scans are looked into as well. */

import type { Attributes } from "./op.ts";
import { ScanNode } from "./ops/scan-node.ts";
import { order } from "./order.ts";
import { Subgraph } from "./subgraph.ts";
import type { GraphNode } from "./tracer.ts";
import type { Value } from "./value.ts";

/** One node, as it is applied. */
export interface Application {
  /** Its op's name, as in ONNX. */
  readonly op: string;
  /** The scope that it was made in: "block1/attention". */
  readonly scope: string;
  readonly attributes: Attributes;
  /** What it reads. In the body of a scan, what differs from step to step is given for all steps: [T, …]. */
  readonly inputs: readonly (Operand | undefined)[];
  /** The type of its first output in one step. */
  readonly output: Value;
  /** How often it is applied: the product of the lengths of the scans around it. */
  readonly times: number;
}

export interface Operand {
  readonly value: Value;
  /** Axes of steps in front: one for each scan in whose body the value differs from step to step. */
  readonly steps: number;
}

/**
 * The nodes of the wanted ops that the outputs depend on, each after those it depends on. What they read can be returned by the function that is
 * being compiled.
 */
export function applicationsIn(outputs: readonly Value[], wanted: (op: string) => boolean): Application[] {
  return order(outputs).flatMap((node) => found(node, wanted));
}

function found(node: GraphNode, wanted: (op: string) => boolean): Application[] {
  const { name } = node.definition;
  if (name === "Scan") return inBody(new ScanNode(node), wanted);
  if (!wanted(name)) return [];
  const { attributes, scope, outputs } = node;
  const inputs = node.inputs.map((value) => value && { value, steps: 0 });
  return [{ op: name, scope, attributes, inputs, output: outputs[0], times: 1 }];
}

function inBody(scan: ScanNode, wanted: (op: string) => boolean): Application[] {
  const { body, length } = scan;
  const nodes = order([...body.outputs], body.gives());
  const inside = new Set([...body.inputs, ...nodes.flatMap(({ outputs }) => outputs)]);
  return nodes
    .flatMap((node) => found(node, wanted))
    .map((application) => ({
      ...application,
      times: application.times * length,
      inputs: application.inputs.map(
        (input) =>
          input && (inside.has(input.value) ? { value: scan.stack(input.value), steps: input.steps + 1 } : input),
      ),
    }));
}

/**
 * All nodes that the values depend on, and how often each is computed: those in the body of a scan once per step. Nodes that hold bodies are left
 * out, their bodies' nodes are not.
 */
export function nodesBehind(roots: readonly Value[]): { readonly node: GraphNode; readonly times: number }[] {
  const found: { node: GraphNode; times: number }[] = [];
  const seen = new Set<GraphNode>();
  const walk = (values: readonly Value[], times: number) => {
    const open = [...values];
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      const { node } = value;
      if (node === undefined || seen.has(node)) continue;
      seen.add(node);
      found.push({ node, times });
      for (const input of node.inputs) if (input) open.push(input);
    }
  };
  walk(roots, 1);
  // Bodies come after all that is around them, so that what they take from there is not counted as theirs. The list grows meanwhile.
  for (const { node, times } of found)
    for (const body of bodiesOf(node))
      walk(body.outputs, node.definition.name === "Scan" ? times * new ScanNode(node).length : times);
  return found.filter(({ node }) => bodiesOf(node).length === 0);
}

function bodiesOf(node: GraphNode): Subgraph[] {
  return Object.values(node.attributes).filter((value) => value instanceof Subgraph);
}
