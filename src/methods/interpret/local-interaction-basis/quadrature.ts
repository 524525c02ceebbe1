/** @file Points and weights for integrals over 0 … 1. */

import { CajalError } from "../../../graph/index.ts";

/** "gradient": the derivative at 1 alone, in place of its mean along the way. */
export type Rule = "gradient" | "gauss-legendre" | "trapezoid";

export interface Quadrature {
  readonly points: Float64Array;
  /** They sum to 1. */
  readonly weights: Float64Array;
}

/** Where a trapezoid's end points lie, in parts of an interval: derivatives at 0 itself are often not defined. */
const margin = 1e-3;

/**
 * @param intervals n: n + 1 points; with "gradient" it is 0
 * @throws CajalError `argument`
 */
export function quadrature(rule: Rule, intervals: number): Quadrature {
  const enough = rule === "trapezoid" ? 1 : 0;
  if (!Number.isInteger(intervals) || intervals < enough || (rule === "gradient" && intervals > 0))
    throw new CajalError("argument", `${intervals} intervals for the rule "${rule}"`, {
      advice: 'The rule "gradient" has 0, "gauss-legendre" 0 or more, "trapezoid" 1 or more.',
    });
  if (rule === "gradient") return { points: Float64Array.of(1), weights: Float64Array.of(1) };
  return rule === "trapezoid" ? trapezoid(intervals) : gaussLegendre(intervals + 1);
}

function trapezoid(intervals: number): Quadrature {
  const start = margin / (intervals + 1);
  const points = Float64Array.from({ length: intervals + 1 }, (_, i) => start + ((1 - 2 * start) * i) / intervals);
  return { points, weights: points.map((_, i) => (i === 0 || i === intervals ? 0.5 : 1) / intervals) };
}

/** The roots of the Legendre polynomial of a degree, by Newton's method from Tricomi's approximation; polynomials up to 2·degree − 1 are exact. */
function gaussLegendre(degree: number): Quadrature {
  const roots = Float64Array.from({ length: degree }, (_, i) => {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (degree + 0.5));
    for (let step = 0; step < 100; step++) {
      const { value, slope } = legendre(degree, x);
      const next = x - value / slope;
      if (next === x) break;
      x = next;
    }
    return x;
  });
  const weights = roots.map((x) => 1 / ((1 - x * x) * legendre(degree, x).slope ** 2));
  return { points: roots.map((x) => (x + 1) / 2), weights };
}

function legendre(degree: number, x: number): { value: number; slope: number } {
  let [before, value] = [1, x];
  for (let k = 2; k <= degree; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) };
}
