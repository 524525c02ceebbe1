/** @file What each weight costs: the arithmetic of a network, counted on its traced graph. */

import { leavesOf, multiplyAdds, nodesBehind, sizeOf, trace, type Value } from "../../graph/index.ts";
import { movers } from "./movers.ts";

/**
 * Floating-point operations (a multiply-add is two) in one forward pass that each weight takes part in, by its path in the parameters.
 * Products (MatMul, Gemm, Conv, ConvTranspose) count as what they are, in a scan once per step; any other use of a weight counts as one
 * multiply-add for each of its entries.
 * @param forward a function of the parameters and of what else it needs: trees of Values, Noise
 * @param examples of all arguments, of which dtypes and shapes count; an Rng for each Noise
 */
export function flopsByWeight<A extends readonly unknown[]>(
  forward: (...args: A) => unknown,
  examples: readonly [params: unknown, ...rest: unknown[]],
): Record<string, number> {
  const label = (argument: number, path: string) => (argument === 0 ? path : `${argument}:${path}`);
  const { inputs, outputs } = trace(forward, examples, label);
  const weights = new Map(inputs.slice(0, leavesOf(examples[0]).length).map(({ name, value }) => [value, name]));
  const flops: Record<string, number> = {};
  for (const { node, times } of nodesBehind(outputs.map(({ value }) => value))) {
    if (movers.has(node.definition.name)) continue;
    for (const [i, input] of node.inputs.entries()) {
      const path = input && weights.get(sourceOf(input));
      if (input === undefined || path === undefined) continue;
      flops[path] = (flops[path] ?? 0) + 2 * times * (multiplyAdds(node, i) ?? sizeOf(input.shape));
    }
  }
  return flops;
}

/** What the value is, but for its arrangement. */
function sourceOf(value: Value): Value {
  const { node } = value;
  return node !== undefined && movers.has(node.definition.name) && node.inputs[0] ? sourceOf(node.inputs[0]) : value;
}

/** Σ density · cost. @param costs by path, as of `flopsByWeight` @param densities by path; 1 where there is none */
export function sparseFlops(
  costs: Readonly<Record<string, number>>,
  densities: Readonly<Record<string, number>> = {},
): number {
  return Object.entries(costs).reduce((sum, [path, cost]) => sum + cost * (densities[path] ?? 1), 0);
}
