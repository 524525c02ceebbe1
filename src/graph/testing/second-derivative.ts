/** @file How the tests check that an op's derivative rules can be differentiated themselves, and run. */

import { expect } from "vitest";
import { runtime } from "#runtime";
import { grad, jvp } from "../derivative.ts";
import { evaluate } from "../evaluate.ts";
import { encodeGraph } from "../onnx/export.ts";
import { Tensor } from "../tensor.ts";
import type { Value } from "../value.ts";
import { type GradientCase, type GradientGraph, gradientGraph } from "./gradient-graph.ts";

/** The gradient of the gradient along the graph's direction. */
function secondGradient({ args, directions, gradient }: GradientGraph): Value[] {
  const along = (given: readonly Value[]): Value =>
    gradient(given)
      .map((g, k) => g.mul(directions[k]).sum())
      .reduce((total, term) => total.add(term));
  return [...grad(along)(args)];
}

/**
 * Checks second derivatives of the loss Σ w·y² + Σ w·y over all float outputs of the op, along a random direction of all float
 * inputs: gradient of the gradient, and forward derivative of the gradient, against central differences of the gradient.
 */
export function checkSecondDerivative(test: GradientCase): void {
  const build = gradientGraph(test);
  const gradientAt = (step: number) => {
    const { feeds, args, gradient } = build(step);
    return evaluate(gradient(args), feeds);
  };
  const h = 2e-3;
  const [a, b, c, d] = [h, -h, 2 * h, -2 * h].map(gradientAt);
  const numeric = a.map((_, o) => a[o].map((_x, e) => (8 * (a[o][e] - b[o][e]) - (c[o][e] - d[o][e])) / (12 * h)));

  const graph = build(0);
  const { feeds, args, directions, indices, gradient } = graph;
  const reverse = evaluate(secondGradient(graph), feeds);
  const forward = evaluate(
    jvp((...given: Value[]) => gradient(given), args as Value[], directions as never).tangent,
    feeds,
  );

  const scale = Math.max(1e-3, ...numeric.map((n) => Math.max(0, ...n.map(Math.abs))));
  const name = `${test.op} ${JSON.stringify(test.attributes ?? {})}`;
  for (const [k, expected] of numeric.entries()) {
    for (const e of expected.keys()) {
      const what = `${name}: input ${indices[k]}, element ${e}`;
      expect(Math.abs(reverse[k][e] - expected[e]), `gradient of the gradient, ${what}`).toBeLessThan(1e-6 * scale);
      expect(Math.abs(forward[k][e] - expected[e]), `forward over reverse, ${what}`).toBeLessThan(1e-6 * scale);
    }
  }
}

/** Checks that the graphs of the gradient and of its gradient run, and give in float32 what they mean. */
export async function checkGradientRuns(test: GradientCase & { readonly tolerance?: number }): Promise<void> {
  const graph = gradientGraph(test)(0);
  const outputs = [...graph.gradient(graph.args), ...secondGradient(graph)];
  const exact = evaluate(outputs, graph.feeds);
  const inputs = [...graph.feeds.keys()].map((value, i) => ({ name: `x${i}`, value }));
  const bytes = encodeGraph(
    inputs,
    outputs.map((value, i) => ({ name: `y${i}`, value })),
  );
  const session = await runtime.createSession(bytes, { threads: 1 });
  const feeds = inputs.map(({ name, value }) => {
    const elements = graph.feeds.get(value) as Float64Array;
    return [name, Tensor.of(elements, value.shape, value.dtype)] as const;
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  for (const [i, expected] of exact.entries()) {
    const actual = results[`y${i}`].numbers();
    const scale = Math.max(1, ...expected.map(Math.abs));
    const what = `${test.op} ${JSON.stringify(test.attributes ?? {})}: derivative ${i} on the runtime, element `;
    for (const e of expected.keys())
      expect(Math.abs(actual[e] - expected[e]), what + e).toBeLessThan((test.tolerance ?? 1e-4) * scale);
  }
}
