/** @file The gradient of a loss on one op, as a graph: what tests of derivative rules look at. */

import { grad } from "../derivative.ts";
import { isFloat } from "../dtype.ts";
import { Rng } from "../rng.ts";
import { Tensor } from "../tensor.ts";
import { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";
import { draw, type OpCase } from "./check-op.ts";

export type GradientCase = Omit<OpCase, "tolerance" | "noRuntime">;

export interface GradientGraph {
  readonly feeds: Map<Value, Float64Array>;
  /** The float inputs to differentiate, and a random direction for each, as graph inputs. */
  readonly args: readonly Value[];
  readonly directions: readonly Value[];
  /** Indices of `args` among the op's inputs. */
  readonly indices: readonly number[];
  gradient(given: readonly Value[]): Value[];
}

/** Makes graphs of the gradient of Σ w·y² + Σ w·y over all float outputs y, at the inputs moved by `step` along the direction. */
export function gradientGraph(test: GradientCase): (step: number) => GradientGraph {
  const rng = new Rng(test.seed ?? 1);
  const data = test.inputs.map((input) => input && draw(input, rng, test.kinks));
  const indices =
    test.differentiate ??
    test.inputs.flatMap((input, i) => (input && !input.constant && isFloat(input.dtype ?? "float32") ? [i] : []));
  const along = indices.map((i) => (data[i] as Float64Array).map(() => rng.random() - 0.5));
  const weight = rng.random() + 0.5;

  return (step) => {
    const tracer = new Tracer();
    const feeds = new Map<Value, Float64Array>();
    const feed = (like: { dtype: Value["dtype"]; shape: Value["shape"] }, elements: Float64Array) => {
      const value = tracer.input(like);
      feeds.set(value, elements);
      return value;
    };
    const values = test.inputs.map((input, i) => {
      if (input === undefined) return undefined;
      const { shape, dtype = "float32" } = input;
      const elements = data[i] as Float64Array;
      const at = indices.indexOf(i);
      if (at < 0) return tracer.lift(Tensor.of(elements, shape, dtype), dtype);
      return feed(
        { dtype, shape },
        elements.map((x, e) => x + step * along[at][e]),
      );
    });
    const loss = (given: readonly Value[]): Value => {
      const inputs = values.slice();
      for (const [k, i] of indices.entries()) inputs[i] = given[k];
      const outputs = tracer.emitAll(test.op, inputs, test.attributes ?? {}, test.outputs ?? 1);
      return outputs
        .filter((y) => isFloat(y.dtype))
        .map((y, i) => {
          const squares = y.add(0.7 + i).mul(y);
          return squares.mul(weight).sum();
        })
        .reduce((total, term) => total.add(term));
    };
    const args = indices.map((i) => values[i] as Value);
    const directions = args.map((arg, k) => feed(arg, along[k]));
    return { feeds, args, directions, indices, gradient: (given) => [...grad(loss)(given)] };
  };
}
