/**
 * @file What of a graph gets written: the nodes that the outputs need, and of bodies only the states, inputs and outputs that somebody uses.
 *
 * Derivatives ask scans for whatever might be needed; here the rest falls away, for an output that nobody reads costs a copy at each step.
 */

import { graph, int } from "../op.ts";
import { order } from "../order.ts";
import type { GraphNode } from "../tracer.ts";
import type { Value } from "../value.ts";

export interface PlannedNode {
  readonly node: GraphNode;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  /** How many of both are states that a loop carries. */
  readonly states: number;
  /** By the name of their attribute. */
  readonly bodies: Readonly<Record<string, PlannedBody>>;
}

export interface PlannedBody {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly PlannedNode[];
  /** What is not made by the nodes: inputs, captures, constants. */
  readonly needs: ReadonlySet<Value>;
}

/** The nodes that make the outputs, in order. */
export function plan(
  outputs: readonly Value[],
  inputs: readonly Value[],
  isGiven: (value: Value) => boolean,
): PlannedBody {
  const live = new Set(outputs);
  const nodes: PlannedNode[] = [];
  for (const node of order(outputs, isGiven).reverse()) {
    const used = node.outputs.filter((output) => live.has(output) && !isGiven(output));
    if (used.length === 0) continue;
    const planned = planNode(node, live);
    nodes.push(planned);
    for (const output of node.outputs) live.delete(output);
    for (const input of planned.inputs) if (input !== undefined) live.add(input);
    for (const body of Object.values(planned.bodies))
      for (const value of body.needs) if (!body.inputs.includes(value)) live.add(value);
  }
  return { inputs, outputs, nodes: nodes.reverse(), needs: live };
}

function planNode(node: GraphNode, live: ReadonlySet<Value>): PlannedNode {
  const { inputs, outputs } = node;
  switch (node.definition.name) {
    case "Scan":
      return planScan(node, live);
    case "Loop":
      return planLoop(node, live);
    case "If":
      return planIf(node, live);
    case "Identity": {
      // A boundary: each output stands for itself.
      const kept = outputs.flatMap((output, i) => (live.has(output) ? [i] : []));
      return { node, inputs: kept.map((i) => inputs[i]), outputs: kept.map((i) => outputs[i]), states: 0, bodies: {} };
    }
    default:
      return { node, inputs, outputs, states: 0, bodies: {} };
  }
}

/** The states that some output needs, found by following needs around the loop until no other joins. */
function liveStates(
  wanted: Iterable<number>,
  planWith: (states: readonly number[]) => PlannedBody,
  stateInputs: readonly Value[],
): { states: number[]; body: PlannedBody } {
  let states = [...wanted];
  for (;;) {
    const body = planWith(states);
    const next = stateInputs.flatMap((state, i) => (states.includes(i) || body.needs.has(state) ? [i] : []));
    if (next.length === states.length) return { states, body };
    states = next;
  }
}

const indicesOf = (values: readonly Value[], live: ReadonlySet<Value>): number[] =>
  values.flatMap((value, i) => (live.has(value) ? [i] : []));

function planScan(node: GraphNode, live: ReadonlySet<Value>): PlannedNode {
  const body = graph(node.attributes, "body");
  const reads = int(node.attributes, "num_scan_inputs");
  const count = body.inputs.length - reads;
  const written = indicesOf(node.outputs, live).filter((i) => i >= count);
  const given = body.gives();
  const { states, body: draft } = liveStates(
    indicesOf(node.outputs.slice(0, count), live),
    (kept) =>
      plan(
        [...kept, ...written].map((i) => body.outputs[i]),
        [],
        given,
      ),
    body.inputs.slice(0, count),
  );
  const used = body.inputs.flatMap((slice, i) => (i >= count && draft.needs.has(slice) ? [i] : []));
  // The standard wants a scan to read something.
  const read = used.length > 0 ? used : [count];
  return {
    node,
    inputs: [...states, ...read].map((i) => node.inputs[i]),
    outputs: [...states, ...written].map((i) => node.outputs[i]),
    states: states.length,
    bodies: { body: { ...draft, inputs: [...states, ...read].map((i) => body.inputs[i]) } },
  };
}

function planLoop(node: GraphNode, live: ReadonlySet<Value>): PlannedNode {
  const body = graph(node.attributes, "body");
  const given = body.gives();
  const kept = liveStates(
    indicesOf(node.outputs, live),
    (states) => plan([body.outputs[0], ...states.map((i) => body.outputs[i + 1])], [], given),
    body.inputs.slice(2),
  );
  // The step's number and whether it is run; most steps and whether the first is run.
  const withStates = <T>(list: readonly T[]) => [list[0], list[1], ...kept.states.map((i) => list[i + 2])];
  return {
    node,
    inputs: withStates(node.inputs),
    outputs: kept.states.map((i) => node.outputs[i]),
    states: kept.states.length,
    bodies: { body: { ...kept.body, inputs: withStates(body.inputs) } },
  };
}

function planIf(node: GraphNode, live: ReadonlySet<Value>): PlannedNode {
  const kept = indicesOf(node.outputs, live);
  const branches = ["then_branch", "else_branch"].map((name) => {
    const body = graph(node.attributes, name);
    return [
      name,
      plan(
        kept.map((i) => body.outputs[i]),
        [],
        body.gives(),
      ),
    ] as const;
  });
  return {
    node,
    inputs: node.inputs.slice(0, 1),
    outputs: kept.map((i) => node.outputs[i]),
    states: 0,
    bodies: Object.fromEntries(branches),
  };
}
