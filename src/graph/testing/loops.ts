/** @file How the tests compare a loop with its twin: values and derivatives, in float64 and on the runtime. */

import { expect } from "vitest";
import { compile } from "../compile.ts";
import { grad, jvp } from "../derivative.ts";
import { evaluate } from "../evaluate.ts";
import { Tensor } from "../tensor.ts";
import { Tracer } from "../tracer.ts";
import { mapLeaves } from "../tree.ts";
import type { Value } from "../value.ts";

export type Values = { readonly [name: string]: Value };
export type Tensors = { readonly [name: string]: Tensor };
type Scalar = (args: Values) => Value;

/** One number from any float values, whose derivatives see every element. */
export const digest = (...values: Value[]): Value =>
  values.map((value, i) => value.mul(value.add(0.3 + i)).sum()).reduce((total, term) => total.add(term));

const map = (tree: Values, to: (leaf: Value) => Value): Values => mapLeaves(tree, (leaf) => to(leaf as Value));

/** What can be asked of a scalar function. */
export const quantities = {
  value: (f: Scalar, args: Values) => [f(args)],
  gradient: (f: Scalar, args: Values) => Object.values(grad(f)(args)),
  "forward derivative": (f: Scalar, args: Values) => [
    jvp(f, [args], [map(args, (leaf) => leaf.mul(0.5).add(1))]).tangent,
  ],
  "gradient of the gradient": (f: Scalar, args: Values) =>
    Object.values(grad((a: Values) => digest(...Object.values(grad(f)(a))))(args)),
  "Hessian times vector": (f: Scalar, args: Values) =>
    Object.values(jvp((a: Values) => grad(f)(a), [args], [map(args, (leaf) => leaf.sin())]).tangent),
} as const;
export type Quantity = keyof typeof quantities;
export const allQuantities = Object.keys(quantities) as Quantity[];

/** Computes in float64. */
export function exactly(args: Tensors, f: (args: Values) => Value[]): Float64Array[] {
  const tracer = new Tracer();
  const feeds = new Map<Value, Float64Array>();
  const values = mapLeaves(args, (leaf) => {
    const value = tracer.input({ dtype: leaf.dtype, shape: leaf.shape });
    feeds.set(value, (leaf as Tensor).numbers());
    return value;
  });
  return evaluate(f(values), feeds);
}

/** Computes on the runtime, floats as float32. */
export async function onRuntime(args: Tensors, f: (args: Values) => Value[]): Promise<Float64Array[]> {
  const run = compile((a: Values) => f(a), { threads: 1 });
  const single = mapLeaves(args, (leaf) =>
    leaf.dtype === "float64" ? Tensor.of((leaf as Tensor).numbers(), leaf.shape) : (leaf as Tensor),
  );
  const results = (await run(single)) as unknown as Tensor[];
  await run.release();
  return results.map((tensor) => tensor.numbers());
}

/** Fails with what differs. Tolerances are relative to the largest element of each list. */
export function expectClose(
  actual: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  tolerance: number,
  what: string,
): void {
  expect(actual.length, what).toBe(expected.length);
  for (const [k, list] of expected.entries()) {
    const scale = Math.max(1e-3, ...Array.from(list, Math.abs));
    expect(actual[k].length, `${what}, ${k}`).toBe(list.length);
    for (let i = 0; i < list.length; i++) {
      if (!(Math.abs(actual[k][i] - list[i]) <= tolerance * scale))
        expect.fail(`${what}, list ${k}, element ${i}: ${actual[k][i]}, expected ${list[i]}`);
    }
  }
}

/** Two ways of writing a scalar function agree: to 1e-9 in float64; the first, on the runtime in float32, to 2e-4. */
export async function expectSame(
  f: Scalar,
  twin: Scalar,
  args: Tensors,
  title = "",
  what: readonly Quantity[] = allQuantities,
): Promise<void> {
  for (const name of what) {
    const expected = exactly(args, (a) => quantities[name](twin, a));
    expectClose(
      exactly(args, (a) => quantities[name](f, a)),
      expected,
      1e-9,
      `${name} ${title}`,
    );
  }
  const all = (g: Scalar) => (a: Values) => what.flatMap((name) => quantities[name](g, a));
  expectClose(await onRuntime(args, all(f)), exactly(args, all(twin)), 2e-4, `on the runtime ${title}`);
}
