/** @file Looks into a graph: the nodes of certain ops behind its outputs, with what they read. Bodies of scans are looked into as well. */

import type { Attributes } from "./op.ts";
import { ScanNode } from "./ops/scan-node.ts";
import { order } from "./order.ts";
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
