/** @file Runs a function once, for tests. */

import { expect } from "vitest";
import { type Concrete, compile, type Given, type Tensor } from "../../graph/index.ts";

/** The function's results on these tensors. */
export async function run<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  ...args: { [K in keyof A]: Given<A[K]> }
): Promise<Concrete<R>> {
  const compiled = compile(fn);
  const result = await compiled(...args);
  await compiled.release();
  return result;
}

export function expectClose(actual: Tensor, expected: Tensor | ArrayLike<number>, digits = 5): void {
  const [a, b] = [actual.numbers(), "numbers" in expected ? expected.numbers() : expected];
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i], digits);
}
