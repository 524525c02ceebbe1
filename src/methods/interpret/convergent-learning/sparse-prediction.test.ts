import { describe, expect, it } from "vitest";
import { Rng, Tensor } from "../../../graph/index.ts";
import { rowsOf } from "../matrix.ts";
import { matchUnits, meanScore, randomRotation, rotated, sampleStats, sparsePrediction } from "./index.ts";
import { meanOf } from "./sparse-prediction.ts";

/** Units of the second net are sums of two units of the first each, with some noise; one is noise alone. */
async function combinations() {
  const [rng, n] = [new Rng(3), 4000];
  const a = Array.from({ length: n }, () => Array.from({ length: 8 }, () => rng.gaussian()));
  const b = a.map((z) =>
    [z[0] + z[1], z[2] - z[3], 0.5 * z[4] + z[5], rng.gaussian(), 7].map(
      (v, j) => v + (j < 3 ? 0.1 * rng.gaussian() : 0),
    ),
  );
  return sampleStats(Tensor.of(a, undefined, "float64"), Tensor.of(b, undefined, "float64"));
}

describe("sparsePrediction", () => {
  it("finds the two units of which each is the sum, and nothing for noise", async () => {
    const stats = await combinations();
    const [dense, sparse] = await sparsePrediction(stats, [0, 0.05]);
    expect([...sparse.support.subarray(0, 3)]).toEqual([2, 2, 2]);
    const used = rowsOf(sparse.weights).map((w) => [...w.keys()].filter((k) => w[k] !== 0));
    expect(used).toEqual([[0, 1], [2, 3], [4, 5], [], []]);
    expect(sparse.weights.data[8 + 3]).toBeLessThan(0);
    expect(Math.max(...dense.error.subarray(0, 3))).toBeLessThan(0.02);
    expect(dense.error[3]).toBeGreaterThan(0.99);
    expect(sparse.error[3]).toBe(1);
    // The dead unit is nobody's business.
    expect(dense.error[4]).toBeNaN();
    expect(meanOf(dense.error)).toBeLessThan(0.27);
  });

  it("approaches the dense solution as λ falls, and does not get better on the way up", async () => {
    const stats = await combinations();
    const path = await sparsePrediction(stats, [0, 1e-6, 0.01, 0.1, 0.5]);
    for (let k = 1; k < path.length; k++)
      for (let unit = 0; unit < 4; unit++)
        expect(path[k].error[unit]).toBeGreaterThanOrEqual(path[k - 1].error[unit] - 1e-9);
    expect(meanOf(path[1].error)).toBeCloseTo(meanOf(path[0].error), 5);
    expect([...path[0].weights.data].every((w, at) => Math.abs(w - path[1].weights.data[at]) < 1e-4)).toBe(true);
  });
});

describe("rotation", () => {
  it("is orthogonal", () => {
    const rows = rowsOf(randomRotation(9, new Rng(1)));
    for (const [i, x] of rows.entries())
      for (const [k, y] of rows.entries())
        expect(x.reduce((sum, value, at) => sum + value * y[at], 0)).toBeCloseTo(Number(i === k), 6);
  });

  it("takes single units away and leaves the subspace: matching falls, dense prediction stays", async () => {
    const [rng, n] = [new Rng(5), 3000];
    const a = Array.from({ length: n }, () => Array.from({ length: 10 }, () => rng.gaussian()));
    const b = a.map((z) => z.map((v) => v + 0.3 * rng.gaussian()));
    const stats = await sampleStats(Tensor.of(a, undefined, "float64"), Tensor.of(b, undefined, "float64"));
    const turned = rotated(stats, new Rng(6));
    expect(meanScore(matchUnits(stats))).toBeGreaterThan(0.95);
    expect(meanScore(matchUnits(turned))).toBeLessThan(0.7);
    const [before, after] = await Promise.all(
      [stats, turned].map(async (s) => meanOf((await sparsePrediction(s, [0]))[0].error)),
    );
    expect(after / before).toBeCloseTo(1, 1);
    expect([...turned.b.std].every((s) => Math.abs(s - 1) < 0.1)).toBe(true);
  });
});
