/** @file How the tests compare the results of one program on two devices. */

import { expect } from "vitest";
import type { Tensor } from "../tensor.ts";
import type { Program } from "./programs.ts";

/** Fails the test unless names, types and elements agree, elements within the program's tolerance of the largest one. */
export function expectAlike(
  { name, tolerance }: Pick<Program, "name" | "tolerance">,
  actual: Readonly<Record<string, Tensor>>,
  expected: Readonly<Record<string, Tensor>>,
): void {
  expect(Object.keys(expected), name).not.toHaveLength(0);
  expect(Object.keys(actual), name).toEqual(Object.keys(expected));
  for (const [path, tensor] of Object.entries(expected)) {
    const where = `${name}: ${path}`;
    expect(String(actual[path]), where).toBe(String(tensor));
    const [found, wanted] = [actual[path].numbers(), tensor.numbers()];
    const scale = wanted.reduce((largest, element) => Math.max(largest, Math.abs(element)), 1e-3);
    for (const [i, element] of wanted.entries())
      if (!(Math.abs(found[i] - element) <= tolerance * scale))
        expect.fail(`${where}: element ${i} is ${found[i]}, expected ${element} (scale ${scale})`);
  }
}
