/** @file How tests compare gradients with central differences: on the host in float64, where every op is known. */

import { evaluate, leavesOf, type Tensor, type Value, valueAndGrad, withLeaves } from "../../../graph/index.ts";
import { Tracer } from "../../../graph/tracer.ts";

/**
 * The largest relative error of a gradient's elements; elements below a thousandth of the largest count as that.
 * @param params a tree of Tensors
 */
export function worstGradientError<P>(loss: (params: P) => Value, params: unknown, step = 1e-5): number {
  const tracer = new Tracer();
  const leaves = leavesOf(params) as Tensor[];
  const inputs = leaves.map(({ shape }) => tracer.input({ dtype: "float64", shape }));
  const [value, gradient] = valueAndGrad(loss)(withLeaves<unknown, Value>(params, inputs) as P);
  const feeds = leaves.map((leaf) => leaf.numbers());
  const feed = () => new Map(inputs.map((input, k) => [input, feeds[k]]));
  const gradients = evaluate(leavesOf(gradient) as Value[], feed());
  const at = (k: number, i: number, shift: number) => {
    const before = feeds[k][i];
    feeds[k][i] = before + shift;
    const [[result]] = evaluate([value], feed());
    feeds[k][i] = before;
    return result;
  };
  const largest = Math.max(...gradients.flatMap((g) => [...g].map(Math.abs)));
  let worst = 0;
  for (const [k, g] of gradients.entries())
    for (const [i, element] of g.entries()) {
      const difference = (at(k, i, step) - at(k, i, -step)) / (2 * step);
      worst = Math.max(worst, Math.abs(difference - element) / Math.max(Math.abs(element), 1e-3 * largest));
    }
  return worst;
}
