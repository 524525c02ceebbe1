/**
 * @file Whole derivatives: the Jacobian of a function, the Hessian of a scalar one, and its product with a vector.
 *
 * A derivative along one direction is a graph that is linear in that direction. The Jacobian is that graph, built once, run on all
 * unit directions together: a new axis in front goes through its nodes (`batch`).
 */

import { batch } from "./batch.ts";
import { grad, jvp, linearise } from "./derivative.ts";
import { isFloat } from "./dtype.ts";
import { CajalError } from "./error.ts";
import { range } from "./ops/reindex.ts";
import { reshapeTo } from "./ops/shape.ts";
import { sizeOf, type Tensor } from "./tensor.ts";
import { leavesOf, type Replace, withLeaves } from "./tree.ts";
import type { Value } from "./value.ts";

export interface JacobianOptions {
  /**
   * `forward` pushes each element of the argument through, `reverse` pulls each element of the result back.
   * Default: whichever has fewer, and `reverse` where a `customVjp` has no forward rule.
   */
  readonly mode?: "forward" | "reverse";
}

/** Where the derivative graph can't be batched, it is built once per direction, up to this often. */
const mostDirections = 256;

/**
 * The Jacobian ∂fᵢ/∂xⱼ of a function with one result, with respect to its first argument (a tree): a tree like it, each leaf of
 * shape [...result, ...leaf].
 *
 * Costs one derivative graph over an added axis of min(elements of x, elements of the result) directions, in time and in memory.
 * Ops without a batched form are copied once per direction.
 * @throws CajalError `dtype` when the result is no float, `no-derivative` when an op on the way has no rule, `too-large`
 */
export function jacobian<P, A extends readonly unknown[]>(
  fn: (x: P, ...rest: A) => Value,
  { mode }: JacobianOptions = {},
): (x: P, ...rest: A) => Replace<P, Value> {
  return (x, ...rest) => {
    const { result, push, pull } = linearise<[P], Value>("jacobian", (argument) => fn(argument, ...rest), [x]);
    if (!isFloat(result.dtype)) throw new CajalError("dtype", `jacobian: the function returns ${result}, not floats`);
    const leaves = leavesOf(x).map((leaf) => result.tracer.lift(leaf, leaf.dtype));
    const other = leaves.find((leaf) => !isFloat(leaf.dtype));
    if (other) throw new CajalError("dtype", `jacobian: the first argument holds ${other}, not floats`);
    const columns = () => byColumns(result, leaves, (tangents) => push([withLeaves(x, tangents)]));
    const rows = () => byRows(result, (cotangent) => leavesOf(pull(cotangent)) as Value[]);
    const elements = leaves.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
    if (elements * sizeOf(result.shape) === 0) {
      const none = leaves.map(({ dtype, shape }) => result.tracer.constant(0, dtype, [...result.shape, ...shape]));
      return withLeaves(x, none);
    }
    if (mode === "forward") return withLeaves(x, columns());
    if (mode === "reverse" || elements >= sizeOf(result.shape)) return withLeaves(x, rows());
    try {
      return withLeaves(x, columns());
    } catch (error) {
      if (!(error instanceof CajalError && error.code === "no-derivative")) throw error;
      return withLeaves(x, rows());
    }
  };
}

/** The Hessian [...x, ...x] of a scalar function of one value: the Jacobian of its gradient. */
export function hessian<A extends readonly unknown[]>(
  fn: (x: Value, ...rest: A) => Value,
  options?: JacobianOptions,
): (x: Value, ...rest: A) => Value {
  return jacobian(grad(fn), options);
}

/**
 * The Hessian of a scalar function times a vector, ∂/∂ε ∇f(x + εv) at ε = 0: a tree like the first argument, at the cost of a few gradients.
 * @throws CajalError `no-derivative` when an op on the way has no rule, or only a reverse one
 */
export function hvp<P, A extends readonly unknown[]>(
  fn: (x: P, ...rest: A) => Value,
): (x: P, v: Replace<P, Value | Tensor>, ...rest: A) => Replace<P, Value> {
  return (x, v, ...rest) => {
    const gradient = (argument: P) => grad(fn)(argument, ...rest);
    return jvp(gradient, [x], [v]).tangent as unknown as Replace<P, Value>;
  };
}

/** All unit directions of a space of so many dimensions, one per row [size, size]. */
function unitDirections({ tracer, dtype }: Value, size: number): Value {
  return tracer.emit("EyeLike", [tracer.constant(0, "float32", [size, size])]).cast(dtype);
}

const at = (directions: Value, k: number): Value =>
  reshapeTo(directions.slice([k], [k + 1]), directions.shape.slice(1));

/** Row k of the Jacobian is the pull back of the result's unit direction k. Leaves [...result, ...leaf]. */
function byRows(result: Value, pull: (cotangent: Value) => Value[]): Value[] {
  const size = sizeOf(result.shape);
  const directions = reshapeTo(unitDirections(result, size), [size, ...result.shape]);
  const cotangent = result.tracer.input(result);
  const rows =
    batch(pull(cotangent), new Map([[cotangent, directions]]), size) ?? oneByOne(size, (k) => pull(at(directions, k)));
  return rows.map((row) => reshapeTo(row, [...result.shape, ...row.shape.slice(1)]));
}

/** Column k of the Jacobian is the push forward of the unit direction k of all leaves' elements, one leaf after the other. */
function byColumns(result: Value, leaves: readonly Value[], push: (tangents: readonly Value[]) => Value): Value[] {
  const sizes = leaves.map((leaf) => sizeOf(leaf.shape));
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  const size = sizes.reduce((sum, part) => sum + part, 0);
  const directions = leaves.map((leaf, i) =>
    reshapeTo(unitDirections(leaf, size).slice([starts[i]], [starts[i] + sizes[i]], [1]), [size, ...leaf.shape]),
  );
  const tangents = leaves.map((leaf) => leaf.tracer.input(leaf));
  const along = new Map(tangents.map((tangent, i) => [tangent, directions[i]]));
  const [columns] =
    batch([push(tangents)], along, size) ?? oneByOne(size, (k) => [push(directions.map((all) => at(all, k)))]);
  return leaves.map((leaf, i) => {
    const block = columns.slice([starts[i]], [starts[i] + sizes[i]]);
    const transposed = reshapeTo(block, [sizes[i], sizeOf(result.shape)]).transpose([1, 0]);
    return reshapeTo(transposed, [...result.shape, ...leaf.shape]);
  });
}

/** The derivative graph once per direction, each result stacked along a new first axis. */
function oneByOne(size: number, run: (k: number) => Value[]): Value[] {
  if (size > mostDirections) {
    throw new CajalError("too-large", `jacobian: ${size} directions one by one; ${mostDirections} is the limit`, {
      advice:
        "A custom rule or a loop on the way can't be run for all at once. Use jvp or vjp for the directions that matter.",
    });
  }
  const runs = range(size).map(run);
  return runs[0].map((first, i) => {
    const rows = runs.map((results) => reshapeTo(results[i], [1, ...first.shape]));
    return first.tracer.emit("Concat", rows, { axis: 0 });
  });
}
