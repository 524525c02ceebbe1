/** @file Rng: seeded, splittable randomness. The same seed gives the same numbers on every machine. */

import { type Shape, sizeOf, Tensor } from "./tensor.ts";

/** Murmur3's finaliser: every input bit changes every output bit. */
function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A stream of pseudo-random numbers (Chris Doty-Humphrey's sfc32). `split` gives independent streams by name. */
export class Rng {
  private readonly key: number;
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    this.key = mix((seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32)));
    this.a = this.key;
    this.b = mix(this.key + 0x9e3779b9);
    this.c = mix(this.key ^ 0x6a09e667);
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** An independent stream. Depends on the seed and the name alone, not on what was drawn before. */
  split(name: string | number): Rng {
    let hash = this.key;
    for (const char of String(name)) hash = mix(Math.imul(hash ^ char.charCodeAt(0), 0x01000193) + 0x7f4a7c15);
    return new Rng(hash * 2 ** 21 + (mix(hash ^ this.key) >>> 11));
  }

  /** 32 random bits as an unsigned integer. */
  bits(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1), with 53 random bits. */
  random(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  /** An integer in [low, high). */
  int(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low));
  }

  /** A number from the normal distribution (Box–Muller). */
  gaussian(): number {
    return Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length)];
  }

  /** 0 … n−1 in random order (Fisher–Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(0, i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** A float32 tensor of normal numbers. */
  normal(shape: Shape, mean = 0, deviation = 1): Tensor {
    return Tensor.of(
      Float64Array.from({ length: sizeOf(shape) }, () => mean + deviation * this.gaussian()),
      shape,
    );
  }

  /** A float32 tensor of numbers in [low, high). */
  uniform(shape: Shape, low = 0, high = 1): Tensor {
    return Tensor.of(
      Float64Array.from({ length: sizeOf(shape) }, () => low + (high - low) * this.random()),
      shape,
    );
  }
}
