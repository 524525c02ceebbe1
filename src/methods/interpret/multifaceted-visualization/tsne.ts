/**
 * @file t-SNE (van der Maaten & Hinton 2008): a map in which points lie together that have each other among their neighbours. All pairs are computed, so
 * it is for up to some 2000 points; the start is given, so that it needs no randomness.
 */

import { CajalError, Tensor } from "../../../graph/index.ts";

export interface TsneOptions {
  /** How many neighbours a point has, about. Default 30, of few points a third of them. */
  readonly perplexity?: number;
  /** Default 750: the first 250 with similarities enlarged twelvefold. */
  readonly iterations?: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

const exaggeration = 12;
const exaggerated = 250;

/**
 * @param x points [n, d]; the map begins as their first two coordinates, so they are to be principal components
 * @returns float64 [n, 2]
 * @throws CajalError `shape` when there are fewer than 3 points or 2 coordinates
 */
export async function tsne(x: Tensor, options: TsneOptions = {}): Promise<Tensor> {
  const [n, d] = x.shape;
  if (x.shape.length !== 2 || n < 3 || d < 2)
    throw new CajalError("shape", `tsne: ${x} has fewer than 3 points or 2 coordinates`);
  const { iterations = 750, signal, onProgress } = options;
  const perplexity = Math.min(options.perplexity ?? 30, (n - 1) / 3);
  const p = similarities(x.numbers(), n, d, perplexity);
  const y = beginning(x.numbers(), n, d);
  const gradient = new Float64Array(2 * n);
  const kernel = new Float32Array((n * (n - 1)) / 2);
  const velocity = new Float64Array(2 * n);
  const gains = new Float64Array(2 * n).fill(1);
  // A rate in proportion to the number of points (Belkina et al. 2019, doi:10.1038/s41467-019-13055-y).
  const rate = Math.max(50, n / exaggeration / 4);
  for (let i = 0; i < iterations; i++) {
    const early = i < exaggerated;
    divergenceGradient(p, y, n, early ? exaggeration : 1, kernel, gradient);
    const momentum = early ? 0.5 : 0.8;
    for (let k = 0; k < 2 * n; k++) {
      // A coordinate that goes on in one direction gains speed (Jacobs 1988).
      gains[k] = Math.max(0.01, gradient[k] * velocity[k] < 0 ? gains[k] + 0.2 : gains[k] * 0.8);
      velocity[k] = momentum * velocity[k] - rate * gains[k] * gradient[k];
      y[k] += velocity[k];
    }
    if (i % 10 === 9) {
      signal?.throwIfAborted();
      onProgress?.(i + 1, iterations);
      // Lets everything else have its turn.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  return new Tensor("float64", [n, 2], y);
}

/** KL(P‖Q) in nats: how badly a map [n, 2] keeps the similarities of points [n, d]. */
export function mapDivergence(x: Tensor, map: Tensor, perplexity: number): number {
  const [n, d] = x.shape;
  const p = similarities(x.numbers(), n, d, perplexity);
  const y = map.numbers();
  const q = Float64Array.from(p, () => 0);
  let total = 0;
  eachPair(n, (i, j, pair) => {
    q[pair] = 1 / (1 + (y[2 * i] - y[2 * j]) ** 2 + (y[2 * i + 1] - y[2 * j + 1]) ** 2);
    total += 2 * q[pair];
  });
  return p.reduce((sum, value, pair) => (value > 0 ? sum + 2 * value * Math.log((value * total) / q[pair]) : sum), 0);
}

function eachPair(n: number, see: (i: number, j: number, pair: number) => void): void {
  for (let i = 0, pair = 0; i < n; i++) for (let j = i + 1; j < n; j++, pair++) see(i, j, pair);
}

/** The first two coordinates, the first with deviation 1e-4. */
function beginning(x: Float64Array, n: number, d: number): Float64Array {
  let square = 0;
  for (let i = 0; i < n; i++) square += x[i * d] ** 2 / n;
  const scale = square > 0 ? 1e-4 / Math.sqrt(square) : 1;
  return Float64Array.from({ length: 2 * n }, (_, k) => scale * x[Math.floor(k / 2) * d + (k % 2)]);
}

/** p_ij of the pairs i < j; over all ordered pairs they sum to 1. */
function similarities(x: Float64Array, n: number, d: number, perplexity: number): Float32Array {
  const distances = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += (x[i * d + k] - x[j * d + k]) ** 2;
      distances[i * n + j] = sum;
      distances[j * n + i] = sum;
    }
  const conditional = new Float32Array(n * n);
  for (let i = 0; i < n; i++) neighbourhood(distances, conditional, i, n, Math.log(perplexity));
  const p = new Float32Array((n * (n - 1)) / 2);
  eachPair(n, (i, j, pair) => {
    p[pair] = Math.max(1e-12, (conditional[i * n + j] + conditional[j * n + i]) / (2 * n));
  });
  return p;
}

/** p_j|i ∝ exp(−β·d_ij), with the β at which its entropy is that of as many neighbours as the perplexity says. */
function neighbourhood(distances: Float32Array, out: Float32Array, i: number, n: number, entropy: number): void {
  let [beta, low, high] = [1, 0, Number.POSITIVE_INFINITY];
  const start = i * n;
  let nearest = Number.POSITIVE_INFINITY;
  for (let j = 0; j < n; j++) if (j !== i) nearest = Math.min(nearest, distances[start + j]);
  for (let attempt = 0; attempt < 60; attempt++) {
    let [sum, weighted] = [0, 0];
    for (let j = 0; j < n; j++) {
      // Counted from the nearest, so that the largest term is 1.
      const distance = distances[start + j] - nearest;
      const value = j === i ? 0 : Math.exp(-beta * distance);
      out[start + j] = value;
      sum += value;
      weighted += value * distance;
    }
    for (let j = 0; j < n; j++) out[start + j] /= sum;
    const difference = Math.log(sum) + (beta * weighted) / sum - entropy;
    if (Math.abs(difference) < 1e-5) break;
    if (difference > 0) low = beta;
    else high = beta;
    beta = high === Number.POSITIVE_INFINITY ? 2 * beta : (low + high) / 2;
  }
}

/** 4·Σⱼ (a·p_ij − q_ij)·(1 + |yᵢ − yⱼ|²)⁻¹·(yᵢ − yⱼ), a the exaggeration. */
function divergenceGradient(
  p: Float32Array,
  y: Float64Array,
  n: number,
  a: number,
  kernel: Float32Array,
  out: Float64Array,
): void {
  let total = 0;
  for (let i = 0, pair = 0; i < n; i++)
    for (let j = i + 1; j < n; j++, pair++) {
      const [dx, dy] = [y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1]];
      kernel[pair] = 1 / (1 + dx * dx + dy * dy);
      total += 2 * kernel[pair];
    }
  out.fill(0);
  for (let i = 0, pair = 0; i < n; i++)
    for (let j = i + 1; j < n; j++, pair++) {
      const pull = 4 * (a * p[pair] - kernel[pair] / total) * kernel[pair];
      const dx = pull * (y[2 * i] - y[2 * j]);
      const dy = pull * (y[2 * i + 1] - y[2 * j + 1]);
      out[2 * i] += dx;
      out[2 * i + 1] += dy;
      out[2 * j] -= dx;
      out[2 * j + 1] -= dy;
    }
}
