/** @file Sends derivatives through a graph, node by node: cotangents backward, tangents forward. `undefined` is a zero. */

import { expandTo } from "./broadcast.ts";
import { isFloat } from "./dtype.ts";
import { CajalError } from "./error.ts";
import type { Call, JvpRule, VjpRule } from "./op.ts";
import { order } from "./order.ts";
import { formatShape, sameShape } from "./tensor.ts";
import type { GraphNode, Tracer } from "./tracer.ts";
import type { Value } from "./value.ts";

type MaybeZero = Value | undefined;

const dependencies = (node: GraphNode) => node.rule?.inputs ?? node.inputs;

/** The nodes between `inputs` and `outputs`, in order. */
function between(inputs: readonly Value[], outputs: readonly Value[]): GraphNode[] {
  const sources = new Set(inputs);
  const depends = new Set<Value>(inputs);
  return order(outputs, (value) => sources.has(value), dependencies).filter((node) => {
    if (!dependencies(node).some((input) => input !== undefined && depends.has(input))) return false;
    for (const output of node.outputs) depends.add(output);
    return true;
  });
}

const none = () => [];

function vjpRule(node: GraphNode): VjpRule {
  const { derivative } = node.definition;
  if (derivative === "zero") return none;
  if ("missing" in derivative) throw noRule(node, derivative.missing);
  return "expand" in derivative ? expandedRules(node, derivative.expand).vjp : derivative.vjp;
}

function jvpRule(node: GraphNode): JvpRule {
  const { derivative } = node.definition;
  if (derivative === "zero") return none;
  if ("expand" in derivative) return expandedRules(node, derivative.expand).jvp;
  if (!("missing" in derivative)) return derivative.jvp;
  if (derivative.jvp === undefined) throw noRule(node, derivative.missing);
  return derivative.jvp;
}

function noRule(node: GraphNode, missing: string): CajalError {
  const at = node.scope === "" ? "" : `, at "${node.scope}"`;
  return new CajalError("no-derivative", `${node.definition.name}: ${missing}${at}`, {
    advice: "Wrap the part in stopGradient, or give it a rule with customVjp.",
  });
}

/** Rules of an op that is differentiated through its expansion. */
function expandedRules(node: GraphNode, expand: (call: Call) => readonly Value[]): { vjp: VjpRule; jvp: JvpRule } {
  const tracer = tracerOf(node);
  const open = node.inputs.flatMap((input, i) => (input && isFloat(input.dtype) && !input.constant ? [i] : []));
  const behindBoundary = () => {
    const sources = tracer.boundary(open.map((i) => node.inputs[i] as Value));
    const inputs = node.inputs.map((input, i) => (open.includes(i) ? sources[open.indexOf(i)] : input));
    return { sources, outputs: expand({ ...tracer.call(node), inputs }) };
  };
  return {
    vjp: (_call, cotangents) => {
      const { sources, outputs } = behindBoundary();
      const pulled = pullBack(sources, outputs, cotangents);
      return node.inputs.map((_, i) => pulled[open.indexOf(i)]);
    },
    jvp: (_call, tangents) => {
      const { sources, outputs } = behindBoundary();
      return pushForward(
        sources,
        outputs,
        open.map((i) => tangents[i]),
      );
    },
  };
}

const accumulate = (cotangents: Map<Value, Value>, value: Value, cotangent: Value): void => {
  const before = cotangents.get(value);
  cotangents.set(value, before === undefined ? cotangent : before.add(cotangent));
};

/** Pulls cotangents of outputs back to inputs. */
export function pullBack(
  inputs: readonly Value[],
  outputs: readonly Value[],
  seeds: readonly MaybeZero[],
): MaybeZero[] {
  const cotangents = new Map<Value, Value>();
  for (const [i, output] of outputs.entries()) {
    const seed = seeds[i];
    if (seed !== undefined && isFloat(output.dtype)) accumulate(cotangents, output, seed);
  }
  for (const node of between(inputs, outputs).reverse()) {
    const incoming = node.outputs.map((output) => cotangents.get(output));
    if (incoming.every((cotangent) => cotangent === undefined)) continue;
    const outgoing = node.rule ? node.rule.backward(incoming) : vjpRule(node)(tracerOf(node).call(node), incoming);
    for (const [i, input] of dependencies(node).entries()) {
      const cotangent = outgoing[i];
      if (input !== undefined && cotangent !== undefined && isFloat(input.dtype)) {
        if (!sameShape(cotangent.shape, input.shape)) {
          throw new CajalError(
            "shape",
            `${node.definition.name}: the derivative for input ${i} has shape ${formatShape(cotangent.shape)}, the input ${formatShape(input.shape)}`,
          );
        }
        accumulate(cotangents, input, cotangent);
      }
    }
  }
  return inputs.map((input) => cotangents.get(input));
}

/** Pushes tangents of inputs forward to outputs. */
export function pushForward(
  inputs: readonly Value[],
  outputs: readonly Value[],
  seeds: readonly MaybeZero[],
): MaybeZero[] {
  const tangents = new Map<Value, Value>();
  for (const [i, input] of inputs.entries()) {
    const seed = seeds[i];
    if (seed !== undefined) tangents.set(input, seed);
  }
  for (const node of between(inputs, outputs)) {
    if (node.rule) {
      if (node.rule.inputs.length === 0) continue;
      throw new CajalError("no-derivative", "jvp: a customVjp has a reverse rule only", {
        advice: "Use vjp or grad here.",
      });
    }
    const incoming = node.inputs.map((input) => input && tangents.get(input));
    if (incoming.every((tangent) => tangent === undefined)) continue;
    const outgoing = jvpRule(node)(tracerOf(node).call(node), incoming);
    for (const [i, output] of node.outputs.entries()) {
      const tangent = outgoing[i];
      if (tangent !== undefined && isFloat(output.dtype)) tangents.set(output, expandTo(tangent, output.shape));
    }
  }
  return outputs.map((output) => tangents.get(output));
}

const smooth = (node: GraphNode): boolean => node.rule !== undefined || node.definition.derivative !== "zero";

/** Which inputs may get a cotangent when the given outputs have one: nothing is computed. */
export function receiving(
  inputs: readonly Value[],
  outputs: readonly Value[],
  seeded: readonly boolean[],
): readonly boolean[] {
  const marked = new Set(outputs.filter((output, i) => seeded[i] && isFloat(output.dtype)));
  for (const node of between(inputs, outputs).reverse()) {
    if (!smooth(node) || !node.outputs.some((output) => marked.has(output))) continue;
    for (const input of dependencies(node)) if (input !== undefined && isFloat(input.dtype)) marked.add(input);
  }
  return inputs.map((input) => marked.has(input));
}

/** Which outputs may get a tangent when the given inputs have one: nothing is computed. */
export function reached(
  inputs: readonly Value[],
  outputs: readonly Value[],
  seeded: readonly boolean[],
): readonly boolean[] {
  const marked = new Set(inputs.filter((_, i) => seeded[i]));
  for (const node of between(inputs, outputs)) {
    if (!smooth(node) || !dependencies(node).some((input) => input !== undefined && marked.has(input))) continue;
    for (const output of node.outputs) if (isFloat(output.dtype)) marked.add(output);
  }
  return outputs.map((output) => marked.has(output));
}

/**
 * Follows marks around a loop until no other joins.
 * @param step which states are marked after a step, when these are before it
 */
export function spread(start: readonly boolean[], step: (active: readonly boolean[]) => readonly boolean[]): boolean[] {
  let active = [...start];
  for (;;) {
    const next = step(active);
    const grown = active.map((is, i) => is || next[i]);
    if (grown.every((is, i) => is === active[i])) return active;
    active = grown;
  }
}

function tracerOf(node: GraphNode): Tracer {
  return node.outputs[0].tracer;
}

export function zeros(like: Value): Value {
  return like.tracer.constant(0, isFloat(like.dtype) ? like.dtype : "float32", like.shape);
}
