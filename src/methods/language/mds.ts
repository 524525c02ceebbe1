/**
 * @file Multidimensional scaling: points in few dimensions whose distances are like given ones. The classical solution (Torgerson 1952) is the start,
 * stress majorisation (SMACOF; de Leeuw 1977) the rest.
 */

import { CajalError, compile, Tensor, type Value } from "../../graph/index.ts";
import { symmetricEigen } from "../../graph/linear-algebra/index.ts";
import { type Distances, distances, matrixShape, rowStart } from "./distances.ts";

export interface MdsOptions {
  /** Default 2. */
  readonly dims?: number;
  /** Of majorisation, at most. Default 300; 0 leaves the classical solution. */
  readonly iterations?: number;
  /** It stops when the stress falls by a smaller share in a step. Default 1e-6. */
  readonly tolerance?: number;
}

export interface Embedded {
  /** float64 [points, dims] */
  readonly points: Tensor;
  /** √(Σ(d − δ)²/Σδ²) over all pairs, δ the given distances and d those of the embedded points: 0 when all are kept. */
  readonly stress: number;
}

/**
 * A map of the points x [points, dimensions]. The start takes an eigenvalue decomposition: about 9·points³ steps.
 * @throws CajalError `shape`, `not-finite`, `argument` when there are fewer points than dims
 */
export async function mds(x: Tensor, options: MdsOptions = {}): Promise<Embedded> {
  matrixShape(x, "mds");
  return mdsOf(await distances(x), options);
}

/** A map of points of which only the distances are known. @throws CajalError `argument` when there are fewer points than dims */
export async function mdsOf(
  given: Distances,
  { dims = 2, iterations = 300, tolerance = 1e-6 }: MdsOptions = {},
): Promise<Embedded> {
  let points = await classicalMds(given, dims);
  let stress = stressOf(given, points, dims);
  for (let i = 0; i < iterations && stress > 0; i++) {
    const next = majorised(given, points, dims);
    const after = stressOf(given, next, dims);
    const gain = (stress - after) / stress;
    // By majorisation stress never rises; by rounding it may.
    if (gain <= 0) break;
    [points, stress] = [next, after];
    if (gain < tolerance) break;
  }
  return { points: new Tensor("float64", [given.points, dims], points), stress: Math.sqrt(stress) };
}

/**
 * Coordinates [points · dims] from the largest eigenvalues of −½·J·δ²·J, J = I − 1/n, each along one axis: exact where points lie in so
 * many dimensions.
 */
export async function classicalMds({ points: n, pairs }: Distances, dims: number): Promise<Float64Array> {
  if (n < dims)
    throw new CajalError("argument", `mds: ${n} points do not span ${dims} dimensions`, {
      advice: "Ask for fewer `dims`.",
    });
  const squares = new Float64Array(n * n);
  const means = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const start = rowStart(n, i);
    for (let j = i + 1; j < n; j++) {
      const square = pairs[start + j] ** 2;
      squares[i * n + j] = square;
      squares[j * n + i] = square;
      means[i] += square / n;
      means[j] += square / n;
    }
  }
  const grand = means.reduce((a, b) => a + b, 0) / n;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) squares[i * n + j] = -0.5 * (squares[i * n + j] - means[i] - means[j] + grand);
  const eigen = compile((m: Value) => symmetricEigen(m));
  const { values, vectors } = await eigen(new Tensor("float64", [n, n], squares));
  await eigen.release();
  const [lambda, v] = [values.numbers(), vectors.numbers()];
  const points = new Float64Array(n * dims);
  for (let k = 0; k < dims; k++) {
    // Ascending: the largest are the last. Distances that no space has give negative ones.
    const length = Math.sqrt(Math.max(0, lambda[n - 1 - k]));
    for (let i = 0; i < n; i++) points[i * dims + k] = length * v[i * n + (n - 1 - k)];
  }
  return points;
}

function distance(points: Float64Array, dims: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < dims; k++) sum += (points[i * dims + k] - points[j * dims + k]) ** 2;
  return Math.sqrt(sum);
}

/** Σ(d − δ)²/Σδ². */
function stressOf({ points: n, pairs }: Distances, points: Float64Array, dims: number): number {
  let [missed, all] = [0, 0];
  for (let i = 0; i < n; i++) {
    const start = rowStart(n, i);
    for (let j = i + 1; j < n; j++) {
      missed += (distance(points, dims, i, j) - pairs[start + j]) ** 2;
      all += pairs[start + j] ** 2;
    }
  }
  return all === 0 ? 0 : missed / all;
}

/** The Guttman transform: Z ← B(Z)·Z/n with bᵢⱼ = −δᵢⱼ/dᵢⱼ and rows that sum to zero, so that zᵢ ← Σⱼ (δᵢⱼ/dᵢⱼ)(zᵢ − zⱼ)/n. */
function majorised({ points: n, pairs }: Distances, z: Float64Array, dims: number): Float64Array {
  const next = new Float64Array(n * dims);
  for (let i = 0; i < n; i++) {
    const start = rowStart(n, i);
    for (let j = i + 1; j < n; j++) {
      const d = distance(z, dims, i, j);
      if (d === 0) continue;
      const ratio = pairs[start + j] / d / n;
      for (let k = 0; k < dims; k++) {
        const pull = ratio * (z[i * dims + k] - z[j * dims + k]);
        next[i * dims + k] += pull;
        next[j * dims + k] -= pull;
      }
    }
  }
  return next;
}
