/** @file The Erdős–Rényi kernel distribution (Mocanu et al. 2018, Evci et al. 2020): small layers denser than large ones. */

import { CajalError, type Rng, type Shape, sizeOf, Tensor } from "../../graph/index.ts";
import type { Maskable, Masks } from "./masks.ts";

const sumOf = (shape: Shape): number => shape.reduce((sum, dim) => sum + dim, 0);

/**
 * A density for each layer, by its shape: ε·(Σ dims)/(Π dims), with ε such that all layers together have the wanted density. A layer that
 * would exceed 1 is dense, and the others share what is left.
 * @param density of all layers together, in (0, 1]
 * @throws CajalError `argument`
 */
export function erkDensities(shapes: readonly Shape[], density: number): number[] {
  if (!(density > 0 && density <= 1)) throw new CajalError("argument", `a density of ${density} is not within (0, 1]`);
  const sizes = shapes.map(sizeOf);
  const sums = shapes.map(sumOf);
  const dense = new Set<number>();
  for (;;) {
    const others = shapes.map((_, l) => l).filter((l) => !dense.has(l));
    const budget = sizes.reduce((left, size, l) => left + size * (dense.has(l) ? density - 1 : density), 0);
    const epsilon = budget / others.reduce((sum, l) => sum + sums[l], 0);
    const raw = (l: number) => (epsilon * sums[l]) / sizes[l];
    const largest = others.reduce((best, l) => (best < 0 || raw(l) > raw(best) ? l : best), -1);
    if (largest < 0 || raw(largest) <= 1) return shapes.map((_, l) => (dense.has(l) ? 1 : raw(l)));
    dense.add(largest);
  }
}

/**
 * Random masks with ERK densities: exactly round(density · size) connections in each layer.
 * @throws CajalError `argument` when a layer would get none; it says which density is the least
 */
export function erkMasks(layers: readonly Maskable[], density: number, rng: Rng): Masks {
  const densities = erkDensities(
    layers.map(({ shape }) => shape),
    density,
  );
  const counts = layers.map(({ size }, l) => Math.round(densities[l] * size));
  const empty = layers[counts.indexOf(0)];
  if (empty !== undefined)
    throw new CajalError(
      "argument",
      `a density of ${density} leaves no weight to "${empty.path}", which has ${empty.size}`,
      { advice: `The smallest density that works here is ${leastErkDensity(layers).toPrecision(3)}.` },
    );
  return Object.fromEntries(layers.map(({ path, shape }, l) => [path, randomMask(shape, counts[l], rng.split(path))]));
}

/** The density at which the layer that ERK gives least rounds to one connection. */
function leastErkDensity(layers: readonly Maskable[]): number {
  const sums = layers.map(({ shape }) => sumOf(shape));
  const epsilon = 0.5 / Math.min(...sums);
  const kept = layers.reduce((sum, { size }, l) => sum + Math.min(size, epsilon * sums[l]), 0);
  // Written with three digits, it must not come out below.
  return (kept / layers.reduce((sum, { size }) => sum + size, 0)) * 1.01;
}

/** Exactly `count` connections, anywhere. */
export function randomMask(shape: Shape, count: number, rng: Rng): Tensor {
  const size = sizeOf(shape);
  const bits = new Uint8Array(size);
  for (const place of rng.permutation(size).subarray(0, count)) bits[place] = 1;
  return new Tensor("bool", shape, bits);
}
