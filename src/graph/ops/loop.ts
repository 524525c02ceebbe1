/** @file Loop: a body run as long as a condition holds, with states carried from step to step. */

import { isFloat } from "../dtype.ts";
import { bodyFunction } from "../evaluate.ts";
import { inBody } from "../names.ts";
import { graph, type HostArray, type OpDefinition, required, table } from "../op.ts";
import { pushForward, reached, spread, zeros } from "../propagate.ts";
import { Subgraph } from "../subgraph.ts";
import { sameShape } from "../tensor.ts";
import type { GraphNode } from "../tracer.ts";
import type { Value } from "../value.ts";

/** Of both lists the states come after these: the step's number and whether it is run; most steps and whether the first is run. */
const before = 2;

export interface LoopParts {
  /** No more steps than this: one int64, or no limit. */
  readonly most: Value | undefined;
  /** Whether the first step is run: one bool. */
  readonly first: Value;
  /** The body's inputs: the step's number from 0 (int64), true, and the states. */
  readonly inputs: readonly Value[];
  /** The body's outputs: whether another step is run (bool), and the states. */
  readonly outputs: readonly Value[];
  /** The states before the first step. */
  readonly initial: readonly Value[];
}

/** Adds a Loop node; the states after the last step. There is at least one. */
export function emitLoop({ most, first, inputs, outputs, initial }: LoopParts): Value[] {
  const body = new Subgraph(inputs, outputs);
  return first.tracer.emitAll("Loop", [most, first, ...initial, ...body.captures], { body }, initial.length);
}

/** Tangents are carried along with the states. */
function jvp(node: GraphNode, tangents: readonly (Value | undefined)[]): (Value | undefined)[] {
  const body = graph(node.attributes, "body");
  const [most, first] = node.inputs;
  const states = body.inputs.length - before;
  const targets = [...body.inputs, ...body.captures];
  const given = targets.map((target, i) => (isFloat(target.dtype) ? tangents[i] : undefined));
  // Output 0 is the condition; state i is input i + 2 and output i + 1.
  const moving = spread(
    given.map((tangent) => tangent !== undefined),
    (is) => {
      const next = reached(targets, body.outputs, is);
      return targets.map((_, i) => i >= before && i < before + states && next[i - 1]);
    },
  );
  const seeds = targets.map((target, i) => {
    if (i >= before + states) return given[i];
    return moving[i] ? target.tracer.input({ dtype: target.dtype, shape: target.shape }, "whileLoop") : undefined;
  });
  const pushed = inBody("whileLoop", () => pushForward(targets, body.outputs, seeds));
  const carried = seeds.slice(before, before + states).flatMap((seed, i) => {
    const index = i + before;
    return seed ? [{ i, seed, next: pushed[i + 1] ?? zeros(seed), initial: given[index] ?? zeros(seed) }] : [];
  });
  if (carried.length === 0) return [];
  const results = emitLoop({
    most,
    first: first as Value,
    inputs: [...body.inputs, ...carried.map(({ seed }) => seed)],
    outputs: [...body.outputs, ...carried.map(({ next }) => next)],
    initial: [...(node.inputs.slice(before, before + states) as Value[]), ...carried.map(({ initial }) => initial)],
  });
  return node.outputs.map((_, i) => {
    const at = carried.findIndex((one) => one.i === i);
    return at < 0 ? undefined : results[states + at];
  });
}

const loop: OpDefinition = {
  name: "Loop",
  attributes: { body: { kind: "graph" } },
  infer: (inputs, attributes) => {
    const body = graph(attributes, "body");
    const states = body.inputs.slice(before);
    const [next] = body.outputs;
    for (const [what, { dtype, shape }] of [
      ["first condition", required(inputs, 1)],
      ["condition", next],
    ] as const)
      if (dtype !== "bool" || shape.length !== 0)
        throw new Error(`the ${what} is ${dtype}[${shape.join(", ")}], not one bool`);
    for (const [i, state] of states.entries()) {
      for (const [when, other] of [
        ["before the first step", required(inputs, before + i)],
        ["after a step", body.outputs[i + 1]],
      ] as const)
        if (other.dtype !== state.dtype || !sameShape(other.shape, state.shape))
          throw new Error(`state ${i} is ${state}, but ${other} ${when}; it must stay the same`);
    }
    return states;
  },
  evaluate: (inputs, attributes) => {
    const body = graph(attributes, "body");
    const end = body.inputs.length;
    const step = bodyFunction(body, inputs.slice(end));
    const [most, first] = inputs;
    const limit = most?.data[0] ?? Number.POSITIVE_INFINITY;
    let running = first?.data[0] !== 0;
    let states = (inputs.slice(before, end) as HostArray[]).map(({ data }) => data);
    for (let i = 0; running && i < limit; i++) {
      const [again, ...next] = step([Float64Array.of(i), Float64Array.of(1), ...states]);
      running = again[0] !== 0;
      states = next;
    }
    return states;
  },
  derivative: {
    missing: "it has no reverse derivative, because nobody knows beforehand how many steps to keep; scan has one",
    jvp: (call, tangents) => jvp(call.outputs[0].node as GraphNode, tangents),
  },
};

export const loopOps = table(loop);
