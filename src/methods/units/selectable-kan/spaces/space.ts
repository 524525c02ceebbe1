/** @file What an activation space is: the kind of function that edges of a Kolmogorov-Arnold network learn. */

import type { Value } from "../../../../graph/index.ts";

interface Named {
  /** What the space is called in parameters, choices and pictures. */
  readonly name: string;
  /** Outside of these inputs all of its functions are zero, or as good as zero. */
  readonly support?: readonly [low: number, high: number];
}

/** Functions that all edges share, each edge weighing them in its own way: φ(x) = Σ_n c_n·b_n(x). */
export interface BasisSpace extends Named {
  /** How many functions there are. */
  readonly size: number;
  /** x [...] → [..., size] */
  readonly basis: (x: Value) => Value;
}

/** One function whose form each edge learns beside its amplitude: φ(x) = c·f(x; shape). */
export interface ShapedSpace extends Named {
  /** The numbers that give the form, and where they begin. */
  readonly shape: Readonly<Record<string, number>>;
  /** x [batch, inputs, 1], each number of the shape [inputs, outputs] → [batch, inputs, outputs] */
  readonly form: (x: Value, shape: Readonly<Record<string, Value>>) => Value;
}

export type Space = BasisSpace | ShapedSpace;

/** Functions of an edge that are weighed and summed. */
export function functionsPerEdge(space: Space): number {
  return "basis" in space ? space.size : 1;
}

/** Numbers that an edge learns. */
export function parametersPerEdge(space: Space): number {
  return "basis" in space ? space.size : 1 + Object.keys(space.shape).length;
}

/** Centres or left ends: so many numbers from one to another, evenly spaced. */
export function evenly(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + (i * (to - from)) / Math.max(1, count - 1));
}
