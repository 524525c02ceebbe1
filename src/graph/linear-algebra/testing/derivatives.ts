/** @file Functions of matrices evaluated in float64, and their derivatives against differences. */

import { expect } from "vitest";
import { grad, jvp, vjp } from "../../derivative.ts";
import { evaluate } from "../../evaluate.ts";
import { transposed } from "../../ops/matrix-product.ts";
import { Rng } from "../../rng.ts";
import { type Shape, Tensor } from "../../tensor.ts";
import { Tracer } from "../../tracer.ts";
import type { Value } from "../../value.ts";

export const random = (shape: Shape, seed = 1): Float64Array => new Rng(seed).normal(shape).numbers();

/** Evaluates a function of one float64 value. */
export function at(shape: Shape, elements: ArrayLike<number>, fn: (x: Value) => Value): Float64Array {
  const x = new Tracer().input({ dtype: "float64", shape });
  return evaluate([fn(x)], new Map([[x, Float64Array.from(elements)]]))[0];
}

export function zero(values: ArrayLike<number>, tolerance = 1e-10): void {
  for (let i = 0; i < values.length; i++) expect(Math.abs(values[i])).toBeLessThan(tolerance);
}

/** A·Aᵀ + I: positive definite. */
export const definite = (x: Value): Value => x.matmul(transposed(x)).add(eye(x));
export const eye = (x: Value): Value =>
  x.tracer.constant(
    Array.from({ length: x.shape[x.rank - 1] ** 2 }, (_, i) => (i % (x.shape[x.rank - 1] + 1) === 0 ? 1 : 0)),
    x.dtype,
    [x.shape[x.rank - 1], x.shape[x.rank - 1]],
  );
export const constant = (x: Value, shape: Shape, seed: number): Value =>
  x.tracer.lift(Tensor.of(random(shape, seed), shape, x.dtype), x.dtype);

/**
 * Forward and reverse derivative of a function against central differences of order four in a random direction, and against each other.
 */
export function checkDerivative(
  shape: Shape,
  elements: ArrayLike<number>,
  fn: (x: Value) => Value,
  tolerance = 1e-6,
): void {
  const direction = random(shape, 99).map((d) => d / 4);
  const moved = (h: number) =>
    at(
      shape,
      Float64Array.from(elements, (e, i) => e + h * direction[i]),
      fn,
    );
  const h = 2e-3;
  const [a, b, c, d] = [moved(h), moved(-h), moved(2 * h), moved(-2 * h)];
  const numeric = a.map((_, i) => (8 * (a[i] - b[i]) - (c[i] - d[i])) / (12 * h));
  const along = Tensor.of(direction, shape, "float64");
  const forward = at(shape, elements, (x) => jvp(fn, [x], [along]).tangent);
  const scale = Math.max(1e-3, ...numeric.map(Math.abs));
  zero(
    forward.map((value, i) => (value - numeric[i]) / scale),
    tolerance,
  );
  const weights = random([numeric.length], 98);
  const pulled = at(shape, elements, (x) => {
    const { result, pull } = vjp(fn, x);
    return pull(Tensor.of(weights, result.shape, "float64"))[0];
  });
  const left = pulled.reduce((sum, g, i) => sum + g * direction[i], 0);
  const right = forward.reduce((sum, t, i) => sum + t * weights[i], 0);
  zero([(left - right) / scale], 1e-8);
}

/** The same of the gradient of Σ(fn)², so of the second derivatives, reverse over reverse and forward over reverse. */
export const checkSecond = (shape: Shape, elements: ArrayLike<number>, fn: (x: Value) => Value): void =>
  checkDerivative(
    shape,
    elements,
    grad((x: Value) => {
      const y = fn(x);
      return y.mul(y.add(0.5)).sum();
    }),
    1e-5,
  );
