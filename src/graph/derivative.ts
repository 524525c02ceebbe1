/**
 * @file Derivatives of traced functions, as graphs: reverse mode (`vjp`, `grad`), forward mode (`jvp`), custom rules.
 *
 * The arguments first pass a boundary, so that a function is differentiated with respect to what it does with its arguments
 * and to nothing that they were made from. The results are ordinary nodes; derivatives nest.
 */

import { CajalError } from "./error.ts";
import { pullBack, pushForward, zeros } from "./propagate.ts";
import { Tensor } from "./tensor.ts";
import type { Tracer } from "./tracer.ts";
import { leavesOf, type Replace, withLeaves } from "./tree.ts";
import { Value } from "./value.ts";

/** Runs `fn` on its arguments behind a boundary. */
function behindBoundary<A extends readonly unknown[], R>(name: string, fn: (...args: A) => R, args: A) {
  const tracer = leavesOf(args).find((leaf): leaf is Value => "tracer" in leaf)?.tracer;
  if (tracer === undefined) {
    throw new CajalError("argument", `${name}: none of the arguments is part of a graph`, {
      advice: `Call it inside a function given to compile: compile(${name}(f)).`,
    });
  }
  const lifted = leavesOf(args).map((leaf) => tracer.lift(leaf, leaf.dtype));
  const inputs = tracer.boundary(lifted);
  return { tracer, inputs, result: fn(...(withLeaves(args, inputs) as unknown as A)) };
}

/** The derivatives, with zeros where there is none. */
function dense(derivatives: readonly (Value | undefined)[], like: readonly Value[]): Value[] {
  return derivatives.map((derivative, i) => derivative ?? zeros(like[i]));
}

function valuesOf(tracer: Tracer, tree: unknown): Value[] {
  return leavesOf(tree).map((leaf) => tracer.lift(leaf, leaf.dtype));
}

/** A function at a point: its result there, and its derivative as a map in either direction. */
export interface Linearisation<A extends readonly unknown[], R> {
  readonly result: R;
  /** A tangent of the result (a tree like it) from tangents of the arguments. */
  push(tangents: { [K in keyof A]: Replace<A[K], Value | Tensor> }): Replace<R, Value>;
  /** Cotangents of the arguments from a cotangent of the result (a tree like it). */
  pull(cotangent: Replace<R, Value | Tensor>): { [K in keyof A]: Replace<A[K], Value> };
}

/** Runs the function once, for as many derivatives of both kinds as are wanted. @param name what messages call it */
export function linearise<A extends readonly unknown[], R>(
  name: string,
  fn: (...args: A) => R,
  args: A,
): Linearisation<A, R> {
  const { tracer, inputs, result } = behindBoundary(name, fn, args);
  const outputs = valuesOf(tracer, result);
  return {
    result,
    push: (tangents) => withLeaves(result, dense(pushForward(inputs, outputs, valuesOf(tracer, tangents)), outputs)),
    pull: (cotangent) => {
      const gradients = pullBack(inputs, outputs, valuesOf(tracer, cotangent));
      return withLeaves(args, dense(gradients, inputs)) as unknown as { [K in keyof A]: Replace<A[K], Value> };
    },
  };
}

/**
 * Reverse mode: the function's result at `args`, and the map from a cotangent of the result (a tree like it) to cotangents of the arguments.
 * @throws CajalError `no-derivative` when an op on the way has no rule
 */
export function vjp<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  ...args: A
): Pick<Linearisation<A, R>, "result" | "pull"> {
  const { result, pull } = linearise("vjp", fn, args);
  return { result, pull };
}

/** Forward mode: the function's result at `args` and its directional derivative along `tangents` (trees like the arguments). */
export function jvp<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  tangents: { [K in keyof A]: Replace<A[K], Value | Tensor> },
): { result: R; tangent: Replace<R, Value> } {
  const { result, push } = linearise("jvp", fn, args);
  return { result, tangent: push(tangents) };
}

/**
 * The function's scalar result together with its gradient with respect to the first argument (a tree).
 * @throws CajalError `shape` when the result is not one scalar
 */
export function valueAndGrad<P, A extends readonly unknown[]>(
  fn: (params: P, ...rest: A) => Value,
): (params: P, ...rest: A) => [Value, Replace<P, Value>] {
  return (params, ...rest) => {
    const { tracer, inputs, result } = behindBoundary("grad", (p: P) => fn(p, ...rest), [params] as [P]);
    if (result.shape.length !== 0) {
      throw new CajalError("shape", `grad: the function returns ${result}, not a scalar`, {
        advice: "Reduce the loss with .sum() or .mean(), or use vjp.",
      });
    }
    const gradients = pullBack(inputs, [result], [tracer.lift(1, result.dtype)]);
    return [result, withLeaves(params, dense(gradients, inputs))];
  };
}

/** The gradient of a scalar function with respect to its first argument (a tree). */
export function grad<P, A extends readonly unknown[]>(
  fn: (params: P, ...rest: A) => Value,
): (params: P, ...rest: A) => Replace<P, Value> {
  const both = valueAndGrad(fn);
  return (params, ...rest) => both(params, ...rest)[1];
}

/** The value, as a constant to all derivatives. */
export function stopGradient(value: Value): Value {
  return value.tracer.boundary([value], { inputs: [], saved: [], backward: () => [] })[0];
}

/**
 * A function whose reverse derivative is given, not derived: surrogate gradients, straight-through estimators.
 * @param forward what is computed: a tree of values, and whatever `backward` wants to see again
 * @param backward cotangents of the arguments (a tree like them, `undefined` inside for zero) from the cotangent of the result
 */
export function customVjp<A extends readonly unknown[], R, S>(
  forward: (...args: A) => { result: R; saved: S },
  backward: (saved: S, cotangent: Replace<R, Value>) => readonly unknown[],
): (...args: A) => R {
  return (...args) => {
    const { result, saved } = forward(...args);
    const tracer = leavesOf(args).find((leaf): leaf is Value => "tracer" in leaf)?.tracer;
    if (tracer === undefined) throw new CajalError("argument", "customVjp: none of the arguments is part of a graph");
    const inputs = valuesOf(tracer, args);
    const outputs: Value[] = tracer.boundary(valuesOf(tracer, result), {
      inputs,
      saved: valuesIn(saved),
      backward: (cotangents) => {
        const filled = cotangents.map((cotangent, i) => cotangent ?? zeros(outputs[i]));
        const given = backward(saved, withLeaves(result, filled));
        return args.flatMap((arg, i) => {
          const gradient = given[i];
          const count = leavesOf(arg).length;
          return gradient === undefined ? new Array<undefined>(count).fill(undefined) : valuesOf(tracer, gradient);
        });
      },
    });
    return withLeaves(result, outputs) as R;
  };
}

/** The Values in whatever a rule saves, which need not be a tree. */
function valuesIn(saved: unknown): Value[] {
  if (saved instanceof Value) return [saved];
  if (typeof saved !== "object" || saved === null || saved instanceof Tensor) return [];
  return Object.values(saved).flatMap(valuesIn);
}
