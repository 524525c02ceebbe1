/** @file The p-norm of each window (LpPool) or of each channel (GlobalLpPool): (Σ |x|^p)^(1/p). */

import type { AttributeSpec, Attributes, Call, Derivative, HostArray, OpDefinition } from "../op.ts";
import { int, required, table } from "../op.ts";
import type { Value } from "../value.ts";
import * as pool from "./pool-window.ts";
import type { Window } from "./window.ts";

const p: AttributeSpec = { kind: "int", default: 2 };

const lpPool: OpDefinition = {
  name: "LpPool",
  attributes: { ...pool.poolAttributes, p },
  infer: (inputs, attributes) => {
    const { dtype, shape } = pool.floats(required(inputs, 0));
    exponentOf(attributes);
    return [{ dtype, shape: [shape[0], shape[1], ...pool.poolWindow({ shape }, attributes).output] }];
  },
  evaluate: ([x], attributes) => (x ? [norms(x, pool.poolWindow(x, attributes), attributes)] : []),
  derivative: derivative(
    (call, terms) => pool.windowSums(call, terms, windowOf(call)),
    (call, results) => pool.windowSpread(call, results, windowOf(call)),
  ),
};

const globalLpPool: OpDefinition = {
  name: "GlobalLpPool",
  attributes: { p },
  infer: (inputs, attributes) => {
    exponentOf(attributes);
    return [pool.wholeType(pool.floats(required(inputs, 0)))];
  },
  evaluate: ([x], attributes) => (x ? [norms(x, pool.wholeWindow(x.shape.slice(2)), attributes)] : []),
  derivative: derivative(
    (_call, terms) => terms.sum(spatialAxes(terms), true),
    (_call, results) => results,
  ),
};

function exponentOf(attributes: Attributes): number {
  const exponent = int(attributes, "p");
  if (!Number.isSafeInteger(exponent) || exponent < 1) throw new Error(`p is ${exponent}; at least 1 is needed`);
  return exponent;
}

function norms(x: HostArray, window: Window, attributes: Attributes): Float64Array {
  const exponent = exponentOf(attributes);
  const powers = { shape: x.shape, data: x.data.map((v) => Math.abs(v) ** exponent) };
  return pool.hostSums(powers, window).map((sum) => sum ** (1 / exponent));
}

function windowOf({ inputs, attributes }: Call): Window {
  return pool.poolWindow(required(inputs, 0), attributes);
}

function spatialAxes({ shape }: Value): number[] {
  return shape.slice(2).map((_, i) => i + 2);
}

/**
 * ∂y/∂x = sign(x) |x|^(p−1) / y^(p−1).
 * @param sums the terms of each result, summed
 * @param spread the results, each to all of its terms (or in a shape that broadcasts there)
 */
function derivative(
  sums: (call: Call, terms: Value) => Value,
  spread: (call: Call, results: Value) => Value,
): Derivative {
  const above = ({ inputs, attributes }: Call): Value => {
    const x = required(inputs, 0);
    const exponent = exponentOf(attributes);
    if (exponent === 1) return x.sign();
    return exponent === 2 ? x : x.mul(x.abs().pow(exponent - 2));
  };
  const below = ({ outputs: [y], attributes }: Call): Value => {
    // Where y is 0 so are all its terms, and so is what stands above: any divisor will do.
    const positive = y.greater(0).where(y, 1);
    return exponentOf(attributes) === 2 ? positive : positive.pow(exponentOf(attributes) - 1);
  };
  return {
    vjp: (call, [cotangent]) => (cotangent ? [spread(call, cotangent.div(below(call))).mul(above(call))] : []),
    jvp: (call, [tangent]) => (tangent ? [sums(call, tangent.mul(above(call))).div(below(call))] : []),
  };
}

export const normPoolOps = table(lpPool, globalLpPool);
