import { describe, expect, it } from "vitest";
import { Rng, Tensor } from "../../../graph/index.ts";
import { plantedTensor, tensorIdentities } from "./experiment/identities.ts";
import { chooseRank, factorSimilarity, ntf, ntfRankScan } from "./ntf.ts";

const quiet = { warn: () => undefined };

describe("ntf", () => {
  it("finds the components of a tensor that has them, and what is hidden of it", () => {
    for (const seed of [1, 2]) {
      const { congruence, increases, hiddenError } = tensorIdentities(new Rng(seed));
      expect(congruence).toBeGreaterThan(0.999);
      expect(increases).toBe(0);
      expect(hiddenError).toBeLessThan(0.02);
    }
  });

  it("never lets the error rise, on noise and with missing entries either", () => {
    const rng = new Rng(4);
    const noise = Tensor.of(
      Float64Array.from({ length: 12 * 5 * 30 }, () => rng.random()),
      [12, 5, 30],
      "float64",
    );
    const mask = Tensor.of(
      Float64Array.from({ length: noise.size }, () => Number(rng.random() < 0.7)),
      noise.shape,
      "bool",
    );
    for (const options of [{}, { mask }]) {
      const fit = ntf(noise, { rank: 4, starts: 3, ...options });
      expect(fit.increases).toBe(0);
      for (let k = 1; k < fit.error.length; k++) expect(fit.error[k]).toBeLessThanOrEqual(fit.error[k - 1] + 1e-12);
    }
  });

  it("with a mask that hides nothing is what it is without; what is masked does not count", () => {
    const { A } = plantedTensor(new Rng(5), [6, 4, 10], 2);
    const plain = ntf(A, { rank: 2, sweeps: 20 });
    const masked = ntf(A, { rank: 2, sweeps: 20, mask: Tensor.full(A.shape, 1, "bool") });
    expect(masked).toEqual(plain);
    const hide = new Uint8Array(A.size).fill(1);
    hide[7] = 0;
    const mask = new Tensor("bool", A.shape, hide);
    const spoilt = new Tensor("float64", A.shape, A.numbers());
    spoilt.data[7] = Number.NaN;
    expect(ntf(spoilt, { rank: 2, sweeps: 20, mask })).toEqual(ntf(A, { rank: 2, sweeps: 20, mask }));
  });

  it("of a tensor c times as large has the same factors with c times the weights", () => {
    const { A } = plantedTensor(new Rng(6), [10, 5, 20], 2);
    const large = new Tensor(
      "float64",
      A.shape,
      A.numbers().map((value) => 5 * value),
    );
    const [one, five] = [ntf(A, { rank: 2 }), ntf(large, { rank: 2 })];
    expect(factorSimilarity(one.factors, five.factors)).toBeCloseTo(1, 6);
    for (let r = 0; r < 2; r++) expect(five.lambda[r] / one.lambda[r]).toBeCloseTo(5, 4);
  });

  it("of rank 1 is the best rank-1 approximation of a non-negative matrix", () => {
    const rng = new Rng(7);
    const A = Tensor.of(
      Float64Array.from({ length: 60 }, () => rng.random()),
      [6, 1, 10],
      "float64",
    );
    const fit = ntf(A, { rank: 1, ...quiet });
    // The leading singular vector of a non-negative matrix is non-negative: power iteration.
    let v = new Float64Array(10).fill(1);
    let norm = 0;
    for (let k = 0; k < 200; k++) {
      const u = Float64Array.from({ length: 6 }, (_, t) =>
        v.reduce((s, value, p) => s + value * Number(A.data[t * 10 + p]), 0),
      );
      v = Float64Array.from({ length: 10 }, (_, p) =>
        u.reduce((s, value, t) => s + value * Number(A.data[t * 10 + p]), 0),
      );
      norm = Math.hypot(...v);
      v = v.map((value) => value / norm);
    }
    expect(fit.lambda[0]).toBeCloseTo(Math.sqrt(norm), 6);
  });

  it("prefers the rank that the data have", () => {
    const { A } = plantedTensor(new Rng(8), [20, 8, 40], 3);
    const rng = new Rng(9);
    const noisy = Tensor.of(
      A.numbers().map((value) => value + 0.15 * rng.random()),
      A.shape,
      "float64",
    );
    const scan = ntfRankScan(noisy, [2, 3, 4, 5, 6], { starts: 4, sweeps: 150 });
    expect(scan.map(({ rank }) => rank)).toEqual([2, 3, 4, 5, 6]);
    for (let k = 1; k < 5; k++) expect(scan[k].error).toBeLessThan(scan[k - 1].error);
    expect(chooseRank(scan)).toBeGreaterThanOrEqual(3);
    expect(scan[1].similarity).toBeGreaterThan(0.95);
    expect(scan[4].similarity).toBeLessThan(scan[1].similarity - 0.02);
  });

  it("says what is wrong with its arguments", () => {
    const A = Tensor.full([4, 1, 3], 1);
    const warnings: string[] = [];
    ntf(A, { rank: 1, starts: 1, warn: (message) => warnings.push(message) });
    expect(warnings).toEqual(["with one animal the decomposition is a matrix factorisation; factors are not unique"]);
    expect(() => ntf(A, { rank: 4, ...quiet })).toThrow("rank 4 for a tensor [4, 1, 3]; it can be 1 to 3");
    expect(() => ntf(Tensor.of([[[1, -1]]]), { rank: 1, ...quiet })).toThrow("entry 1 is -1");
    expect(() => ntf(Tensor.full([2, 2], 1), { rank: 1 })).toThrow("[times, animals, pairs]");
    expect(() => ntf(Tensor.zeros([2, 2, 2]), { rank: 1 })).toThrow("nothing but zeros");
  });
});
