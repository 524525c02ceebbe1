import { describe, expect, it } from "vitest";
import { compile, Rng, Tensor, type Value } from "../graph/index.ts";
import type { Grid } from "./grid.ts";
import { type Observed, observe, positionsPerSample } from "./observe.ts";

const grid = (order: Grid["order"], skip = 0) => ({ order, skip }) as Grid;

async function observed(x: Tensor, at: Grid): Promise<Observed<Tensor>> {
  const run = compile((v: Value) => observe(v, at, 784));
  const result = await run(x);
  await run.release();
  return result;
}

/** Maximum, first position of it, and mean of each unit in each sample. */
function bruteForce(samples: number, units: number, cells: number, at: (s: number, u: number, c: number) => number) {
  const figures = { maxima: [] as number[], argmaxima: [] as number[], means: [] as number[] };
  for (let s = 0; s < samples; s++) {
    for (let u = 0; u < units; u++) {
      const plane = Array.from({ length: cells }, (_, c) => at(s, u, c));
      figures.maxima.push(Math.max(...plane));
      figures.argmaxima.push(plane.indexOf(Math.max(...plane)));
      figures.means.push(plane.reduce((sum, v) => sum + v, 0) / cells);
    }
  }
  return figures;
}

function check(result: Observed<Tensor>, expected: ReturnType<typeof bruteForce>): void {
  expect([...result.maxima.numbers()]).toEqual(expected.maxima);
  expect([...result.argmaxima.numbers()]).toEqual(expected.argmaxima);
  for (const [i, mean] of expected.means.entries()) expect(result.means.data[i]).toBeCloseTo(mean, 4);
}

describe("observe", () => {
  it.each([
    [5, 7, 35],
    [28, 28, 784],
    [29, 28, 210],
    [111, 57, 37 * 19],
  ])("maps of %i × %i: figures over all positions, %i of them handed out", async (rows, columns, cells) => {
    const x = new Rng(rows).normal([2, 3, rows, columns]);
    const result = await observed(x, grid("planes"));
    const size = rows * columns;
    check(
      result,
      bruteForce(2, 3, size, (s, u, c) => x.data[(s * 3 + u) * size + c] as number),
    );
    expect(result.activations.size).toBe(2 * 3 * cells);
    const present = new Set(x.data as Float32Array);
    for (const value of result.activations.data) expect(present.has(value as number)).toBe(true);
  });

  it("thinned maps have the distribution of whole ones", async () => {
    const rng = new Rng(6);
    const [maps, side] = [64, 111];
    const smooth = Float32Array.from({ length: maps * side * side });
    for (let map = 0; map < maps; map++) {
      const [a, b, phase] = [rng.random() * 0.3, rng.random() * 0.3, rng.random() * 6];
      for (let i = 0; i < side * side; i++)
        smooth[map * side * side + i] = Math.sin(a * Math.floor(i / side) + b * (i % side) + phase);
    }
    const { activations } = await observed(new Tensor("float32", [maps, 1, side, side], smooth), grid("planes"));
    const sorted = Float32Array.from(activations.data as Float32Array).sort();
    for (const q of [0.1, 0.5, 0.9, 0.99]) {
      const level = sorted[Math.floor(q * sorted.length)];
      expect(Math.abs(smooth.filter((v) => v < level).length / smooth.length - q)).toBeLessThan(0.005);
    }
  });

  it("reads fewer positions of each sample the more samples there are", () => {
    expect([10, 200, 1000, 50_000].map(positionsPerSample)).toEqual([10_000, 500, 100, 49]);
  });

  it("tokens, with and without a class token; vectors are one position", async () => {
    for (const skip of [0, 1]) {
      const x = new Rng(3).normal([2, 10, 4]);
      const result = await observed(x, grid("rows", skip));
      check(
        result,
        bruteForce(2, 4, 10 - skip, (s, u, c) => x.data[(s * 10 + c + skip) * 4 + u] as number),
      );
      expect(result.activations.shape).toEqual([2, 10 - skip, 4]);
    }
    const vector = new Rng(4).normal([3, 5]);
    const result = await observed(vector, grid("rows"));
    expect(result.maxima.data).toEqual(vector.data);
    expect([...result.argmaxima.numbers()]).toEqual(new Array(15).fill(0));
    expect(result.means.data).toEqual(vector.data);
  });

  it("no activation that is not finite escapes the means, wherever it is", async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const x = new Rng(5).normal([1, 2, 60, 60]);
      x.data[3600 + 61] = bad;
      const { means } = await observed(x, grid("planes"));
      expect(Number.isFinite(means.data[0])).toBe(true);
      expect(Number.isFinite(means.data[1])).toBe(false);
    }
  });
});
