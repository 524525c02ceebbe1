/** @file Programs that run in another place, a page or a child process: what goes there and what comes back. */

import type { DType } from "../dtype.ts";
import { openRuntime } from "../runtime/open.ts";
import type { Device, RuntimeOptions } from "../runtime/runtime.ts";
import { Tensor } from "../tensor.ts";
import { programs } from "./programs.ts";

/** A tensor as a plain object, which any channel carries. */
export interface PlainTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

export type PlainResults = Readonly<Record<string, PlainTensor>>;

/** A model that quietly moved to the processor would prove nothing. */
const warn = (message: string): never => {
  throw new Error(message);
};

/** Runs one program of the list on a device here. */
export async function runByName(device: Device, name: string, options: RuntimeOptions = {}): Promise<PlainResults> {
  const program = programs.find((candidate) => candidate.name === name);
  if (program === undefined) throw new Error(`no program is named "${name}"`);
  const results = await program.run(await openRuntime(device, { warn, ...options }));
  return Object.fromEntries(
    Object.entries(results).map(([path, tensor]) => {
      const { dtype, shape } = tensor;
      return [path, { dtype, shape, numbers: [...tensor.numbers()] }];
    }),
  );
}

export function tensorsOf(results: PlainResults): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(results).map(([path, { dtype, shape, numbers }]) => [path, Tensor.of(numbers, shape, dtype)]),
  );
}
