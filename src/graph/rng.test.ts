import { describe, expect, it } from "vitest";
import { erf } from "./ops/elementwise.ts";
import { Rng } from "./rng.ts";

const filled = (size: number, fill: (out: Float32Array) => void): Float32Array => {
  const out = new Float32Array(size);
  fill(out);
  return out;
};

/** Kolmogorov and Smirnov's √n·sup |Fₙ − F|; above 1.95 with probability 0.001 where the numbers have the distribution F. */
function kolmogorovSmirnov(sample: Float32Array, cdf: (x: number) => number): number {
  const sorted = sample.slice().sort();
  let distance = 0;
  for (const [i, x] of sorted.entries()) {
    const expected = cdf(x);
    distance = Math.max(distance, expected - i / sorted.length, (i + 1) / sorted.length - expected);
  }
  return distance * Math.sqrt(sorted.length);
}

const correlation = (a: Float32Array, b: Float32Array): number => {
  const mean = (x: Float32Array) => x.reduce((sum, v) => sum + v, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
};

const size = 200_000;

describe("Rng", () => {
  it("gives the numbers it always gave", () => {
    const rng = new Rng(7);
    const numbers = [rng.bits(), rng.random(), rng.gaussian(), rng.split("a").random(), rng.int(0, 1000)];
    expect(numbers).toMatchInlineSnapshot(`
      [
        3830036626,
        0.832904279293623,
        -0.4558654106550746,
        0.5792002726251635,
        509,
      ]
    `);
    expect([...new Rng(5).normal([2]).data, ...new Rng(5).uniform([2]).data]).toMatchInlineSnapshot(`
      [
        -0.5964623093605042,
        1.150573968887329,
        0.3771515190601349,
        0.6449899077415466,
      ]
    `);
  });

  it("fillNormal is normal: moments, tails, distribution", () => {
    const sample = filled(size, (out) => new Rng(1).fillNormal(out));
    const moment = (k: number) => sample.reduce((sum, x) => sum + x ** k, 0) / size;
    // Standard errors of the first four moments: √(1, 2, 15, 96)/√n.
    for (const [k, expected, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ])
      expect(Math.abs(moment(k) - expected)).toBeLessThan(4 * Math.sqrt(variance / size));
    expect(kolmogorovSmirnov(sample, (x) => (1 + erf(x / Math.SQRT2)) / 2)).toBeLessThan(1.95);
    const beyond = sample.filter((x) => Math.abs(x) > 3).length / size;
    expect(beyond).toBeGreaterThan(0.0022);
    expect(beyond).toBeLessThan(0.0032);
  });

  it("fillNormal: the two numbers of a pair, and pairs beside each other, are uncorrelated, also in square", () => {
    const sample = filled(size, (out) => new Rng(2).fillNormal(out));
    for (const lag of [1, 2, 3]) {
      const [a, b] = [sample.subarray(0, size - lag), sample.subarray(lag)];
      expect(Math.abs(correlation(a, b))).toBeLessThan(4 / Math.sqrt(size));
      const square = (x: Float32Array) => x.map((v) => v * v);
      expect(Math.abs(correlation(square(a), square(b)))).toBeLessThan(4 / Math.sqrt(size));
    }
    const angles = filled(size / 2, (out) => out.set(out.map((_, i) => Math.atan2(sample[2 * i], sample[2 * i + 1]))));
    expect(kolmogorovSmirnov(angles, (x) => (x + Math.PI) / (2 * Math.PI))).toBeLessThan(1.95);
  });

  it("fillUniform is uniform in [low, high)", () => {
    const sample = filled(size, (out) => new Rng(3).fillUniform(out, -1, 3));
    expect(kolmogorovSmirnov(sample, (x) => (x + 1) / 4)).toBeLessThan(1.95);
    const unit = filled(size, (out) => new Rng(4).fillUniform(out));
    expect(unit.every((x) => x >= 0 && x < 1)).toBe(true);
  });

  it("fillBernoulli is 1 as often as it should be", () => {
    const mean = (p: number) =>
      filled(size, (out) => new Rng(5).fillBernoulli(out, p)).reduce((s, x) => s + x, 0) / size;
    for (const p of [0.5, 0.1, 0.999]) expect(Math.abs(mean(p) - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / size));
    expect([mean(0), mean(1)]).toEqual([0, 1]);
  });

  it("a fill is a function of the state: whatever the length, beginnings agree; odd lengths and repeats work", () => {
    const long = filled(5000, (out) => new Rng(6).fillNormal(out));
    for (const length of [0, 1, 2, 3, 2047, 2048, 2049])
      expect(filled(length, (out) => new Rng(6).fillNormal(out))).toEqual(long.subarray(0, length));
    const rng = new Rng(6);
    expect(filled(10, (out) => rng.fillNormal(out))).not.toEqual(filled(10, (out) => rng.fillNormal(out)));
    expect(filled(3, (out) => new Rng(6).fillNormal(out, 10, 0))).toEqual(Float32Array.of(10, 10, 10));
  });

  it("forks anew each time, splits the same each time", () => {
    const rng = new Rng(8);
    expect(rng.fork().random()).not.toBe(rng.fork().random());
    expect(new Rng(8).fork().random()).toBe(new Rng(8).fork().random());
    expect(rng.split("x").random()).toBe(rng.split("x").random());
    const [a, b] = [rng.fork(), rng.fork()].map((stream) => filled(size, (out) => stream.fillNormal(out)));
    expect(Math.abs(correlation(a, b))).toBeLessThan(4 / Math.sqrt(size));
  });
});
