/** @file Runs a function on symbolic arguments, so that it leaves a graph. */

import { CajalError } from "./error.ts";
import type { NamedValue } from "./onnx/export.ts";
import { Tensor } from "./tensor.ts";
import { Tracer } from "./tracer.ts";
import { forEachLeaf, mapLeaves, type Replace } from "./tree.ts";

/** A function traced at given argument types: the graph's ends, named by their paths in the trees. */
export interface Trace<R> {
  readonly inputs: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
  readonly result: R;
}

/**
 * @param examples trees of tensors; only their dtypes and shapes matter
 * @param label names the inputs: argument index and path in that argument to a name
 */
export function trace<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  examples: readonly unknown[],
  label: (argument: number, path: string) => string = (argument, path) =>
    path === "" ? `${argument}` : `${argument}/${path}`,
): Trace<R> {
  const tracer = new Tracer();
  const inputs: NamedValue[] = [];
  const args = examples.map((example, i) =>
    mapLeaves(example, (leaf, path) => {
      const value = tracer.input({ dtype: leaf.dtype, shape: leaf.shape });
      inputs.push({ name: label(i, path), value });
      return value;
    }),
  );
  const result = fn(...(args as unknown as A));
  const outputs: NamedValue[] = [];
  forEachLeaf(result, (leaf, path) => {
    if (!(leaf instanceof Tensor) && leaf.tracer !== tracer) {
      throw new CajalError("argument", `the result "${path}" belongs to another graph`, {
        advice: "A Value lives only inside the call that traces it; don't keep it outside.",
      });
    }
    outputs.push({ name: path === "" ? "result" : path, value: tracer.lift(leaf, leaf.dtype) });
  });
  return { inputs, outputs, result };
}

/** The type of what comes back when a traced function runs. */
export type Concrete<R> = Replace<R, Tensor>;
