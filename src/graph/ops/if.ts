/**
 * @file If: one of two branches is computed. The derivative is an If of the branches' derivatives, which compute again what
 * they need of their branch: nothing is kept, so that the branch not taken costs nothing.
 */

import { isFloat } from "../dtype.ts";
import { bodyFunction } from "../evaluate.ts";
import { inBody } from "../names.ts";
import { type Attributes, graph, type HostArray, type OpDefinition, required, table } from "../op.ts";
import { pullBack, pushForward, reached, receiving, zeros } from "../propagate.ts";
import { type Range, Subgraph } from "../subgraph.ts";
import { sameShape } from "../tensor.ts";
import type { GraphNode, Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";

type MaybeZero = Value | undefined;
type Branches = readonly [Subgraph, Subgraph];

/** Traces a branch: what is made meanwhile is computed only where the branch is taken, like what was `made` before for it. */
export function branch(tracer: Tracer, outputs: () => readonly Value[], made: readonly Range[] = []): Subgraph {
  const from = tracer.tick();
  const results = inBody("cond", outputs);
  return new Subgraph([], results, [...made, [from, tracer.tick()]]);
}

/** Adds an If node; its outputs, which the branches have alike, and at least one. */
export function emitIf(condition: Value, [yes, no]: Branches): Value[] {
  const inputs = [condition, ...yes.captures, ...no.captures];
  return condition.tracer.emitAll("If", inputs, { then_branch: yes, else_branch: no }, yes.outputs.length);
}

const branchesOf = (attributes: Attributes): Branches => [
  graph(attributes, "then_branch"),
  graph(attributes, "else_branch"),
];

const isThere = (value: unknown): boolean => value !== undefined;

function vjp(node: GraphNode, cotangents: readonly MaybeZero[]): MaybeZero[] {
  const branches = branchesOf(node.attributes);
  const [condition] = node.inputs as Value[];
  const targets = new Set<Value>();
  for (const { captures, outputs } of branches) {
    const receives = receiving(captures, outputs, cotangents.map(isThere));
    for (const [i, capture] of captures.entries()) if (receives[i] && isFloat(capture.dtype)) targets.add(capture);
  }
  if (targets.size === 0) return [];
  const [yes, no] = branches.map(({ captures, outputs, made }) =>
    branch(
      condition.tracer,
      () => {
        const pulled = pullBack(captures, outputs, cotangents);
        return [...targets].map((target) => pulled[captures.indexOf(target)] ?? zeros(target));
      },
      made,
    ),
  );
  const results = emitIf(condition, [yes, no]);
  // A capture of both branches stands among the inputs twice; its cotangent is given once.
  const left = new Map([...targets].map((target, i) => [target, results[i]]));
  return node.inputs.map((input, i) => {
    const cotangent = i > 0 && input !== undefined ? left.get(input) : undefined;
    if (cotangent !== undefined && input !== undefined) left.delete(input);
    return cotangent;
  });
}

function jvp(node: GraphNode, tangents: readonly MaybeZero[]): MaybeZero[] {
  const branches = branchesOf(node.attributes);
  const [condition] = node.inputs as Value[];
  const start = 1 + branches[0].captures.length;
  const perCapture = [tangents.slice(1, start), tangents.slice(start)];
  const moves = branches.map(({ captures, outputs }, b) => reached(captures, outputs, perCapture[b].map(isThere)));
  const moving = node.outputs.flatMap((output, i) =>
    isFloat(output.dtype) && (moves[0][i] || moves[1][i]) ? [i] : [],
  );
  if (moving.length === 0) return [];
  const [yes, no] = branches.map(({ captures, outputs, made }, b) =>
    branch(
      condition.tracer,
      () => {
        const pushed = pushForward(captures, outputs, perCapture[b]);
        return moving.map((i) => pushed[i] ?? zeros(outputs[i]));
      },
      made,
    ),
  );
  const results = emitIf(condition, [yes, no]);
  return node.outputs.map((_, i) => results[moving.indexOf(i)]);
}

const ifOp: OpDefinition = {
  name: "If",
  attributes: { then_branch: { kind: "graph" }, else_branch: { kind: "graph" } },
  infer: (inputs, attributes) => {
    const { dtype, shape } = required(inputs, 0);
    if (dtype !== "bool" || shape.length !== 0) throw new Error(`the condition is ${inputs[0]}, not one bool`);
    const [yes, no] = branchesOf(attributes);
    for (const [i, a] of yes.outputs.entries()) {
      const b = no.outputs[i];
      if (b === undefined || a.dtype !== b.dtype || !sameShape(a.shape, b.shape))
        throw new Error(`output ${i} is ${a} in one branch and ${b ?? "missing"} in the other`);
    }
    return yes.outputs;
  },
  evaluate: (inputs, attributes) => {
    const [yes, no] = branchesOf(attributes);
    const start = 1 + yes.captures.length;
    const [condition] = inputs as HostArray[];
    return condition.data[0] !== 0
      ? bodyFunction(yes, inputs.slice(1, start))([])
      : bodyFunction(no, inputs.slice(start))([]);
  },
  derivative: {
    vjp: (call, cotangents) => vjp(call.outputs[0].node as GraphNode, cotangents),
    jvp: (call, tangents) => jvp(call.outputs[0].node as GraphNode, tangents),
  },
};

export const ifOps = table(ifOp);
