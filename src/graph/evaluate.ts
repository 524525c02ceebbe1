/** @file Evaluates a graph on the host in float64, node by node: slow, exact, and independent of any runtime. */

import { CajalError } from "./error.ts";
import { evaluateOp, type HostArray } from "./op.ts";
import { order } from "./order.ts";
import type { Subgraph } from "./subgraph.ts";
import type { GraphNode } from "./tracer.ts";
import type { Value } from "./value.ts";

/**
 * The outputs' elements, computed in float64 whatever the dtypes.
 * @param feeds the elements of the graph inputs that the outputs need
 */
export function evaluate(outputs: readonly Value[], feeds: ReadonlyMap<Value, Float64Array>): Float64Array[] {
  const known = new Map<Value, Float64Array>(feeds);
  run(
    order(outputs, (value) => feeds.has(value)),
    known,
  );
  return outputs.map((output) => read(output, known).data);
}

/**
 * The body as a function of its inputs' elements.
 * @param captures the elements of what it takes from outside
 */
export function bodyFunction(
  body: Subgraph,
  captures: readonly (HostArray | undefined)[],
): (inputs: readonly Float64Array[]) => Float64Array[] {
  const around = new Map<Value, Float64Array>();
  for (const [i, value] of body.captures.entries()) {
    const array = captures[i];
    if (array !== undefined) around.set(value, array.data);
  }
  const nodes = order(body.outputs, body.gives());
  for (const value of [...nodes.flatMap((node) => node.inputs), ...body.outputs])
    if (value?.constant !== undefined && !around.has(value)) around.set(value, value.constant.numbers());
  return (inputs) => {
    const known = new Map(around);
    for (const [i, value] of body.inputs.entries()) known.set(value, inputs[i]);
    run(nodes, known);
    return body.outputs.map((output) => read(output, known).data);
  };
}

function run(nodes: readonly GraphNode[], known: Map<Value, Float64Array>): void {
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => input && read(input, known));
    const { evaluate: direct, derivative } = node.definition;
    const expand =
      direct === undefined && derivative !== "zero" && "expand" in derivative ? derivative.expand : undefined;
    const results = expand
      ? evaluate(expand(node.outputs[0].tracer.call(node)), known)
      : evaluateOp(node.definition, inputs, node.attributes, node.outputs);
    for (const [i, output] of node.outputs.entries()) known.set(output, results[i]);
  }
}

function read(value: Value, known: ReadonlyMap<Value, Float64Array>): HostArray {
  const data = known.get(value) ?? value.constant?.numbers();
  if (data === undefined)
    throw new CajalError("argument", `evaluate: no elements were given for an input of type ${value}`);
  return { shape: value.shape, data };
}
