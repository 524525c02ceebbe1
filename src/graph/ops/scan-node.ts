/** @file A Scan node as its parts: states carried from step to step, inputs read and outputs written at each step, captures. */

import { graph, int } from "../op.ts";
import { Subgraph } from "../subgraph.ts";
import type { GraphNode, Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";

export interface Carried {
  /** The state in the body, before the step. */
  readonly state: Value;
  /** The state after the step. */
  readonly next: Value;
  /** The state before the first step. */
  readonly initial: Value;
}

export interface Scanned {
  /** What the body reads at a step. */
  readonly slice: Value;
  /** All steps: [T, ...]. */
  readonly stack: Value;
}

export interface ScanParts {
  readonly carried: readonly Carried[];
  readonly scanned: readonly Scanned[];
  /** What the body writes at a step. */
  readonly outputs: readonly Value[];
  /** T. */
  readonly length: number;
  /** From the last step to the first. */
  readonly reverse: boolean;
  /** Derivatives compute the steps again instead of keeping what they computed. */
  readonly checkpoint: boolean;
}

/** The steps' numbers, 0 … length − 1: int64 [length]. */
export function stepNumbers(tracer: Tracer, length: number): Value {
  return tracer.emit(
    "Range",
    [0, length, 1].map((number) => tracer.lift(number, "int64")),
  );
}

/** Adds a Scan node. It has a state or an output. */
export function emitScan(tracer: Tracer, parts: ScanParts): ScanNode {
  const { carried, outputs, length, reverse, checkpoint } = parts;
  // A scan must read something at each step: the standard has no other way to say how many there are.
  const scanned =
    parts.scanned.length > 0
      ? parts.scanned
      : [
          {
            slice: tracer.input({ dtype: "int64", shape: [] }, "scan"),
            stack: stepNumbers(tracer, length),
          },
        ];
  const body = new Subgraph(
    [...carried.map(({ state }) => state), ...scanned.map(({ slice }) => slice)],
    [...carried.map(({ next }) => next), ...outputs],
  );
  const results = tracer.emitAll(
    "Scan",
    [...carried.map(({ initial }) => initial), ...scanned.map(({ stack }) => stack), ...body.captures],
    { body, num_scan_inputs: scanned.length, reverse: reverse ? 1 : 0, checkpoint: checkpoint ? 1 : 0 },
    body.outputs.length,
  );
  return new ScanNode(results[0].node as GraphNode);
}

export class ScanNode {
  readonly node: GraphNode;
  readonly body: Subgraph;
  /** How many states are carried. */
  readonly states: number;
  /** How many inputs are read at each step. */
  readonly reads: number;

  constructor(node: GraphNode) {
    this.node = node;
    this.body = graph(node.attributes, "body");
    this.reads = int(node.attributes, "num_scan_inputs");
    this.states = this.body.inputs.length - this.reads;
  }

  get length(): number {
    return (this.node.inputs[this.states] as Value).shape[0];
  }
  get reverse(): boolean {
    return int(this.node.attributes, "reverse") === 1;
  }
  get checkpoint(): boolean {
    return int(this.node.attributes, "checkpoint") === 1;
  }
  /** The states after the last step. */
  get finals(): Value[] {
    return this.node.outputs.slice(0, this.states);
  }
  /** The outputs of all steps, [T, ...] each. */
  get stacks(): Value[] {
    return this.node.outputs.slice(this.states);
  }

  /** All steps' elements of a value of the body, as [T, ...]: what there is already, or a new output of the node. */
  stack(value: Value): Value {
    const { node, body, states } = this;
    const read = body.inputs.indexOf(value, states);
    if (read >= 0) return node.inputs[read] as Value;
    const written = body.outputs.indexOf(value, states);
    if (written >= 0) return node.outputs[written];
    node.inputs.push(...body.add([value]));
    return value.tracer.grow(node, { dtype: value.dtype, shape: [this.length, ...value.shape] });
  }
}
