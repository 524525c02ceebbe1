/** @file The point neuron, for comparison: one weight per cell and one sum, whatever was stored. */

import type { SparseCode } from "../sparse-code.ts";

/** Hebbian weights [n]: in how many of the patterns a cell is active. */
export function hebbianWeights(patterns: readonly SparseCode[], n: number): Float64Array {
  const weights = new Float64Array(n);
  for (const { active } of patterns) for (const cell of active) weights[cell]++;
  return weights;
}

/** Weights of 1 for cells that are active in any of the patterns, of 0 for the others [n]. */
export function binaryWeights(patterns: readonly SparseCode[], n: number): Float64Array {
  return hebbianWeights(patterns, n).map((count) => Math.min(1, count));
}

/** The sum of the weights of the active cells. */
export function weightedSum(weights: Float64Array, code: SparseCode): number {
  return code.active.reduce((sum, cell) => sum + weights[cell], 0);
}
