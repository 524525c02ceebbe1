/** @file Evaluates a graph on the host in float64, node by node: slow, exact, and independent of any runtime. */

import { CajalError } from "./error.ts";
import { evaluateOp, type HostArray } from "./op.ts";
import { order } from "./order.ts";
import type { Value } from "./value.ts";

/**
 * The outputs' elements, computed in float64 whatever the dtypes.
 * @param feeds the elements of the graph inputs that the outputs need
 */
export function evaluate(outputs: readonly Value[], feeds: ReadonlyMap<Value, Float64Array>): Float64Array[] {
  const known = new Map<Value, Float64Array>(feeds);
  const read = (value: Value): HostArray => {
    const data = known.get(value) ?? value.constant?.numbers();
    if (data === undefined)
      throw new CajalError("argument", `evaluate: no elements were given for an input of type ${value}`);
    return { shape: value.shape, data };
  };
  for (const node of order(outputs, (value) => feeds.has(value))) {
    const inputs = node.inputs.map((input) => input && read(input));
    const { evaluate: direct, derivative } = node.definition;
    const expand =
      direct === undefined && derivative !== "zero" && "expand" in derivative ? derivative.expand : undefined;
    const results = expand
      ? evaluate(expand(node.outputs[0].tracer.call(node)), known)
      : evaluateOp(node.definition, inputs, node.attributes, node.outputs);
    for (const [i, output] of node.outputs.entries()) known.set(output, results[i]);
  }
  return outputs.map((output) => read(output).data);
}
