/** @file Runs a function on symbolic arguments, so that it leaves a graph. */

import { CajalError } from "./error.ts";
import { type Draw, Noise } from "./noise.ts";
import type { NamedValue } from "./onnx/export.ts";
import type { Rng } from "./rng.ts";
import { Tensor } from "./tensor.ts";
import { Tracer } from "./tracer.ts";
import { forEachLeaf, mapLeaves, type Replace } from "./tree.ts";
import type { Value } from "./value.ts";

/** A function traced at given argument types: the graph's ends, named by their paths in the trees. */
export interface Trace<R> {
  readonly inputs: readonly NamedValue[];
  /** What was drawn from each Noise, by the place of its Rng among those in the examples. Further inputs of the graph. */
  readonly draws: readonly (readonly NamedDraw[])[];
  readonly outputs: readonly NamedValue[];
  readonly result: R;
}

export interface NamedDraw extends NamedValue, Draw {}

/** What a traced function is called with where it takes a `T`: tensors for values, an Rng for noise. */
export type Given<T> = T extends Value | Tensor ? Tensor : T extends Noise ? Rng : { [K in keyof T]: Given<T[K]> };

/**
 * @param examples trees of tensors, of which only dtypes and shapes matter, and an Rng for each Noise
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
  const drawn: { name: string; draws: Draw[] }[] = [];
  const args = examples.map((example, i) =>
    mapLeaves(
      example,
      (leaf, path) => {
        const value = tracer.input({ dtype: leaf.dtype, shape: leaf.shape });
        inputs.push({ name: label(i, path), value });
        return value;
      },
      (_randomness, path) => {
        const draws: Draw[] = [];
        drawn.push({ name: label(i, path), draws });
        return new Noise(tracer, draws);
      },
    ),
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
  const draws = drawn.map((source) => source.draws.map((draw) => ({ ...draw, name: `${source.name}/${draw.path}` })));
  return { inputs, draws, outputs, result };
}

/** The type of what comes back when a traced function runs. */
export type Concrete<R> = Replace<R, Tensor>;
