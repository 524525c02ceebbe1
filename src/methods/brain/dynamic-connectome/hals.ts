/**
 * @file Non-negative factorisation of a tensor from one start, by hierarchical alternating least squares: one component of one mode at a time
 * goes to its exact optimum (Cichocki & Phan 2009), several times for each pass over the tensor (Gillis & Glineur 2012, arXiv:1107.5194).
 */

import type { Rng } from "../../../graph/index.ts";
import { gram, rowProducts, weightedRows } from "./products.ts";

/** A tensor [T', W, P] as a matrix of T'·W rows, with what is missing. */
export interface Unfolded {
  readonly shape: readonly [number, number, number];
  readonly x: Float64Array;
  /** Places in `x` that were not observed, in rising order. */
  readonly missing: Int32Array;
}

export interface Limits {
  readonly sweeps: number;
  /** Ends when a sweep lowers the relative error by less than this share of it. */
  readonly tolerance: number;
}

/** Components in rows, of unit norm, the heaviest first. */
export interface Fit {
  readonly rank: number;
  /** [R] */
  readonly lambda: Float64Array;
  /** [R × T'], [R × W], [R × P] */
  readonly modes: readonly [Float64Array, Float64Array, Float64Array];
  /** ‖A − Σ‖ / ‖A‖ over what was observed, after each sweep. */
  readonly error: readonly number[];
  /** Sweeps after which the squared error was larger than before, by more than rounding. */
  readonly increases: number;
}

/** Entries stay above this, so that a component that vanished can come back. */
const floor = 1e-16;
/** Updates of each mode for one pass over the tensor. */
const repeats = 3;

export function hals(tensor: Unfolded, rank: number, { sweeps, tolerance }: Limits, rng: Rng): Fit {
  const [times, animals, pairs] = tensor.shape;
  const random = (length: number) => Float64Array.from({ length: rank * length }, () => rng.random());
  const [time, animal, pattern] = [random(times), random(animals), random(pairs)];
  // Missing entries are filled with what the model says, which keeps the error over the others from rising (EM).
  const x = tensor.missing.length > 0 ? tensor.x.slice() : tensor.x;
  const size = squaredNorm(tensor.x);
  if (tensor.missing.length > 0) {
    rescale(pattern, x, weightsOf(time, animal, rank), rank, tensor);
    fill(x, weightsOf(time, animal, rank), pattern, rank, tensor);
  }
  let filledSize = squaredNorm(x);
  const error: number[] = [];
  let increases = 0;
  let before = Number.POSITIVE_INFINITY;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const products = rowProducts(x, pattern, rank, pairs);
    const patternGram = gram(pattern, rank);
    for (let k = 0; k < repeats; k++) {
      update(time, overAnimals(products, animal, rank, times), product(patternGram, gram(animal, rank)), rank);
      update(animal, overTimes(products, time, rank, animals), product(patternGram, gram(time, rank)), rank);
    }
    moveNorms(time, animal, pattern, rank);
    const weights = weightsOf(time, animal, rank);
    const sums = weightedRows(weights, x, rank, pairs);
    const others = product(gram(time, rank), gram(animal, rank));
    for (let k = 0; k < repeats; k++) update(pattern, sums, others, rank);

    let squared = filledSize - 2 * dot(sums, pattern) + dot(others, gram(pattern, rank));
    if (tensor.missing.length > 0) {
      const { changed, grown } = fill(x, weights, pattern, rank, tensor);
      squared -= changed;
      filledSize += grown;
    }
    // A difference of large numbers: where little is left of them, the residuals themselves are summed.
    if (squared < 1e-5 * size) squared = squaredResidual(x, weights, pattern, rank, pairs);
    if (squared > before + 1e-12 * size) increases++;
    error.push(Math.sqrt(Math.max(0, squared) / size));
    const gain = Math.sqrt(before) - Math.sqrt(Math.max(0, squared));
    before = squared;
    if (squared <= 1e-24 * size || gain < tolerance * Math.sqrt(before)) break;
  }
  return { ...sorted(time, animal, pattern, rank), error, increases };
}

/** F_r ← max(ε, F_r + (M_r − F·G_r) / G_rr) for each component r. @param m the tensor times the other modes' Khatri–Rao product */
function update(f: Float64Array, m: Float64Array, g: Float64Array, rank: number): void {
  const length = f.length / rank;
  for (let r = 0; r < rank; r++) {
    const own = g[r * rank + r];
    if (!(own > 0)) continue;
    for (let p = 0; p < length; p++) {
      let predicted = 0;
      for (let s = 0; s < rank; s++) predicted += g[r * rank + s] * f[s * length + p];
      f[r * length + p] = Math.max(floor, f[r * length + p] + (m[r * length + p] - predicted) / own);
    }
  }
}

/** Σ_w Y[(t, w), r]·f_w[r, w] @returns [rank × T'] */
function overAnimals(products: Float64Array, animal: Float64Array, rank: number, times: number): Float64Array {
  const animals = animal.length / rank;
  const out = new Float64Array(rank * times);
  for (let t = 0; t < times; t++)
    for (let w = 0; w < animals; w++)
      for (let r = 0; r < rank; r++)
        out[r * times + t] += products[(t * animals + w) * rank + r] * animal[r * animals + w];
  return out;
}

/** Σ_t Y[(t, w), r]·f_t[r, t] @returns [rank × W] */
function overTimes(products: Float64Array, time: Float64Array, rank: number, animals: number): Float64Array {
  const times = time.length / rank;
  const out = new Float64Array(rank * animals);
  for (let t = 0; t < times; t++)
    for (let w = 0; w < animals; w++)
      for (let r = 0; r < rank; r++)
        out[r * animals + w] += products[(t * animals + w) * rank + r] * time[r * times + t];
  return out;
}

/** f_t[r, t]·f_w[r, w] @returns [T'·W × rank] */
function weightsOf(time: Float64Array, animal: Float64Array, rank: number): Float64Array {
  const [times, animals] = [time.length / rank, animal.length / rank];
  const out = new Float64Array(times * animals * rank);
  for (let t = 0; t < times; t++)
    for (let w = 0; w < animals; w++)
      for (let r = 0; r < rank; r++) out[(t * animals + w) * rank + r] = time[r * times + t] * animal[r * animals + w];
  return out;
}

const product = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value * b[i]);

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const squaredNorm = (a: Float64Array): number => dot(a, a);

/** Puts what the model says where nothing was observed; the sum of the squared changes, and what Σ x² grows by. */
function fill(x: Float64Array, weights: Float64Array, pattern: Float64Array, rank: number, tensor: Unfolded) {
  const pairs = tensor.shape[2];
  let [changed, grown] = [0, 0];
  let [row, start] = [0, 0];
  for (const place of tensor.missing) {
    while (place >= start + pairs) {
      row++;
      start += pairs;
    }
    let value = 0;
    for (let r = 0; r < rank; r++) value += weights[row * rank + r] * pattern[r * pairs + place - start];
    const before = x[place];
    changed += (before - value) ** 2;
    grown += value * value - before * before;
    x[place] = value;
  }
  return { changed, grown };
}

/** Gives random components the size of what was observed. */
function rescale(pattern: Float64Array, x: Float64Array, weights: Float64Array, rank: number, tensor: Unfolded): void {
  const [, , pairs] = tensor.shape;
  const missing = new Uint8Array(x.length);
  for (const place of tensor.missing) missing[place] = 1;
  let [agreement, size] = [0, 0];
  for (let place = 0; place < x.length; place++) {
    if (missing[place]) continue;
    const row = Math.floor(place / pairs);
    let value = 0;
    for (let r = 0; r < rank; r++) value += weights[row * rank + r] * pattern[r * pairs + (place - row * pairs)];
    agreement += value * x[place];
    size += value * value;
  }
  for (let k = 0; k < pattern.length; k++) pattern[k] *= agreement / size;
}

function squaredResidual(
  x: Float64Array,
  weights: Float64Array,
  pattern: Float64Array,
  rank: number,
  pairs: number,
): number {
  let sum = 0;
  for (let row = 0; row * pairs < x.length; row++) {
    for (let p = 0; p < pairs; p++) {
      let rest = x[row * pairs + p];
      for (let r = 0; r < rank; r++) rest -= weights[row * rank + r] * pattern[r * pairs + p];
      sum += rest * rest;
    }
  }
  return sum;
}

/** Times and animals get unit norm, patterns their product. */
function moveNorms(time: Float64Array, animal: Float64Array, pattern: Float64Array, rank: number): void {
  for (let r = 0; r < rank; r++) {
    let norm = 1;
    for (const mode of [time, animal]) {
      const component = row(mode, r, rank);
      const own = Math.sqrt(squaredNorm(component));
      for (let k = 0; k < component.length; k++) component[k] /= own;
      norm *= own;
    }
    const component = row(pattern, r, rank);
    for (let k = 0; k < component.length; k++) component[k] *= norm;
  }
}

const row = (mode: Float64Array, r: number, rank: number): Float64Array =>
  mode.subarray((r * mode.length) / rank, ((r + 1) * mode.length) / rank);

function sorted(time: Float64Array, animal: Float64Array, pattern: Float64Array, rank: number) {
  const norms = Float64Array.from({ length: rank }, (_, r) => Math.sqrt(squaredNorm(row(pattern, r, rank))));
  const order = Array.from(norms.keys()).sort((a, b) => norms[b] - norms[a]);
  const arranged = (mode: Float64Array): Float64Array => {
    const out = new Float64Array(mode.length);
    for (const [to, from] of order.entries()) {
      const component = row(mode, from, rank);
      const norm = Math.sqrt(squaredNorm(component));
      // What stands at the floor is 0: zeros are absent edges.
      const exact = component.map((value) => (value <= 2 * floor || norm === 0 ? 0 : value / norm));
      row(out, to, rank).set(exact);
    }
    return out;
  };
  const modes = [arranged(time), arranged(animal), arranged(pattern)] as const;
  return { rank, lambda: Float64Array.from(order, (r) => norms[r]), modes };
}
