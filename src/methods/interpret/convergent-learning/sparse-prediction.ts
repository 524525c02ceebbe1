/** @file Predicting the units of one net from few units of the other: for each unit, a lasso on standardised activations. */

import { compile, Tensor, type Value } from "../../../graph/index.ts";
import { solve } from "../../../graph/linear-algebra/index.ts";
import { type Matrix, reordered, rowsOf, transposed, zeros } from "../matrix.ts";
import { type JointStats, liveUnits } from "./joint-stats.ts";

/** Added to the diagonal for λ = 0, so that units that copy each other do no harm. */
export const ridge = 1e-6;
/** Coordinate descent ends when no weight moves by more. */
const tolerance = 1e-9;
const mostSweeps = 20_000;
/** A weight counts when it is larger than this share of its unit's largest. */
const counts = 0.1;

export interface SparsePrediction {
  readonly lambda: number;
  /** Of each unit of b: E[(z − wᵀz′)²], 1 for predicting its mean; NaN where the unit is dead. */
  readonly error: Float64Array;
  /** Of each unit of b: weights above a tenth of the largest. */
  readonly support: Int32Array;
  /** [units of b, units of a] */
  readonly weights: Matrix;
}

/**
 * For each unit z of b and each λ: min over w of ½E[(z − wᵀz′)²] + λ‖w‖₁, z′ the units of a, all standardised. Solved exactly, on the correlations:
 * by coordinate descent from the largest λ down, and for λ = 0 as a linear system.
 */
export async function sparsePrediction(
  stats: JointStats,
  lambda: readonly number[] = [0, 0.003, 0.01, 0.03, 0.1],
): Promise<SparsePrediction[]> {
  const [inputs, targets] = [liveUnits(stats.a), liveUnits(stats.b)];
  const own = reordered(stats.a.corr, inputs);
  const toTargets = transposed(reordered(stats.cross, inputs, targets));
  const descending = [...new Set(lambda)].sort((x, y) => y - x);
  const found = new Map<number, Matrix>();
  const penalised = descending.filter((value) => value > 0);
  const paths = rowsOf(toTargets).map((target) => lassoPath(own, target, penalised));
  for (const [k, value] of penalised.entries())
    found.set(value, { ...toTargets, data: Float64Array.from(paths.flatMap((path) => Array.from(path[k]))) });
  if (descending.includes(0)) found.set(0, await dense(own, toTargets));
  return lambda.map((value) => {
    const small = found.get(value) ?? zeros(targets.length, inputs.length);
    const error = new Float64Array(stats.b.std.length).fill(Number.NaN);
    const support = new Int32Array(stats.b.std.length);
    const weights = zeros(stats.b.std.length, stats.a.std.length);
    for (const [row, w] of rowsOf(small).entries()) {
      const unit = targets[row];
      error[unit] = errorOf(own, rowsOf(toTargets)[row], w);
      const largest = w.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      support[unit] = w.reduce((sum, x) => sum + Number(Math.abs(x) > counts * largest), 0);
      for (const [k, input] of inputs.entries()) weights.data[unit * weights.columns + input] = w[k];
    }
    return { lambda: value, error, support, weights };
  });
}

/** The mean over units that are not dead. */
export function meanOf(values: ArrayLike<number>): number {
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** 1 − 2wᵀc + wᵀCw */
function errorOf({ columns, data }: Matrix, target: Float64Array, w: Float64Array): number {
  let error = 1;
  for (let i = 0; i < columns; i++) {
    if (w[i] === 0) continue;
    let predicted = 0;
    for (let k = 0; k < columns; k++) predicted += data[i * columns + k] * w[k];
    error += w[i] * (predicted - 2 * target[i]);
  }
  return error;
}

/** Weights [targets, inputs]. @param targets correlations [targets, inputs] */
async function dense(own: Matrix, targets: Matrix): Promise<Matrix> {
  if (own.rows === 0 || targets.rows === 0) return targets;
  const system = Float64Array.from(own.data);
  for (let i = 0; i < own.rows; i++) system[i * own.rows + i] += ridge;
  const solved = compile((a: Value, b: Value) => solve(a, b.transpose([1, 0])).transpose([1, 0]));
  const weights = await solved(
    new Tensor("float64", [own.rows, own.rows], system),
    new Tensor("float64", [targets.rows, targets.columns], Float64Array.from(targets.data)),
  );
  await solved.release();
  return { ...targets, data: weights.numbers() };
}

/** Weights for each λ, the largest first; each begins where the last ended. */
function lassoPath(own: Matrix, target: Float64Array, lambda: readonly number[]): Float64Array[] {
  const n = own.rows;
  const w = new Float64Array(n);
  // c − Cw, kept up to date with each step.
  const gradient = Float64Array.from(target);
  const move = (k: number, penalty: number): number => {
    // The diagonal of C is 1.
    const z = gradient[k] + w[k];
    const next = Math.sign(z) * Math.max(0, Math.abs(z) - penalty);
    const step = next - w[k];
    if (step === 0) return 0;
    w[k] = next;
    for (let i = 0, at = k * n; i < n; i++, at++) gradient[i] -= step * own.data[at];
    return Math.abs(step);
  };
  return lambda.map((penalty) => {
    for (let sweep = 0, largest = Number.POSITIVE_INFINITY; largest > tolerance && sweep < mostSweeps; sweep++) {
      largest = 0;
      for (let k = 0; k < n; k++) largest = Math.max(largest, move(k, penalty));
      // The weights that are not zero settle among themselves before all are looked at again.
      for (let inner = largest; inner > tolerance && sweep < mostSweeps; sweep++) {
        inner = 0;
        for (let k = 0; k < n; k++) if (w[k] !== 0) inner = Math.max(inner, move(k, penalty));
      }
    }
    return Float64Array.from(w);
  });
}
