/** @file Rng: seeded, splittable randomness. The same seed gives the same numbers on every machine. */

import { type Shape, sizeOf, Tensor } from "./tensor.ts";

/** Murmur3's finaliser: every input bit changes every output bit. */
function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Random words are made and used in blocks that stay in the nearest cache. */
const blockLength = 2048;

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

  /** An independent stream, another one each time: what was drawn before counts. */
  fork(): Rng {
    return new Rng(this.bits() * 2 ** 21 + (this.bits() >>> 11));
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

  /** Fills with numbers in [low, high), of 24 random bits each; `high` itself may come up by rounding unless low is 0 and high 1. */
  fillUniform(out: Float32Array, low = 0, high = 1): void {
    const scale = (high - low) / 2 ** 24;
    for (const { words, start } of this.blocks(out.length))
      for (let i = 0; i < words.length; i++) out[start + i] = low + scale * (words[i] >>> 8);
  }

  /** Fills with 1 with the given probability, with 0 otherwise. */
  fillBernoulli(out: Float32Array, probability: number): void {
    const limit = probability * 2 ** 32;
    for (const { words, start } of this.blocks(out.length))
      for (let i = 0; i < words.length; i++) out[start + i] = Number(words[i] >>> 0 < limit);
  }

  /** Fills with normal numbers: Box–Muller, both of each pair, of 32 random bits each (so within 6.7 deviations). */
  fillNormal(out: Float32Array, mean = 0, deviation = 1): void {
    for (const { words, start } of this.blocks(out.length + (out.length % 2))) {
      for (let i = 0; i < words.length; i += 2) {
        const radius = deviation * Math.sqrt(-2 * Math.log(((words[i] >>> 0) + 1) * 2 ** -32));
        // An angle within ±π/4, turned by the two bits above it: sine and cosine as their Taylor series, to 2e-9.
        const angle = ((words[i + 1] & 0x3fffffff) - 2 ** 29) * (Math.PI * 2 ** -31);
        const q = angle * angle;
        const sine = angle * (1 + q * (-1 / 6 + q * (1 / 120 + q * (-1 / 5040 + q / 362880))));
        const cosine = 1 + q * (-1 / 2 + q * (1 / 24 + q * (-1 / 720 + q * (1 / 40320 - q / 3628800))));
        const turn = words[i + 1] >>> 30;
        const first = turn & 1;
        out[start + i + first] = mean + radius * sine;
        // Of an odd length the last number falls outside, where typed arrays drop it.
        out[start + i + 1 - first] = mean + radius * (1 - (turn & 2)) * cosine;
      }
    }
  }

  /** So many words of 32 random bits, block by block; a block is gone when the next one comes. */
  private *blocks(count: number): Generator<{ words: Int32Array; start: number }> {
    const block = new Int32Array(Math.min(count, blockLength));
    for (let start = 0; start < count; start += blockLength) {
      const words = block.subarray(0, Math.min(blockLength, count - start));
      this.fillBits(words);
      yield { words, start };
    }
  }

  /** What `bits` gives, one after the other. */
  private fillBits(words: Int32Array): void {
    // Local, and int32 from the start, so that the loop is compiled for integers.
    let a = this.a | 0;
    let b = this.b | 0;
    let c = this.c | 0;
    let counter = this.counter | 0;
    for (let i = 0; i < words.length; i++) {
      const sum = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      words[i] = sum;
    }
    this.a = a;
    this.b = b;
    this.c = c;
    this.counter = counter;
  }
}
