import { describe, expect, it } from "vitest";
import { CajalError, Rng, Tensor } from "../../graph/index.ts";
import { toSparseCodes, unitStatistics } from "./k-winners.ts";
import { binaryOfCodes, codesOfBinary, overlap, randomCode, replaceCells, sample, sparseCode } from "./sparse-code.ts";

describe("sparse codes", () => {
  it("are the same as rows of zeros and ones", () => {
    const rng = new Rng(1);
    const codes = Array.from({ length: 20 }, () => randomCode(rng, 50, rng.int(0, 51)));
    expect(codesOfBinary(binaryOfCodes(codes))).toEqual(codes);
    const dense = binaryOfCodes(codes).numbers();
    for (const [i, a] of codes.entries())
      for (const [j, b] of codes.entries()) {
        let product = 0;
        for (let c = 0; c < 50; c++) product += dense[50 * i + c] * dense[50 * j + c];
        expect(overlap(a, b)).toBe(product);
      }
  });

  it.each([
    [30, 3],
    [30, 20],
  ])("random codes of %i cells use all of them alike, %i at a time", (n, a) => {
    const rng = new Rng(2);
    const counts = new Float64Array(n);
    const trials = 4000;
    for (let t = 0; t < trials; t++) {
      const { active } = randomCode(rng, n, a);
      expect(new Set(active).size).toBe(a);
      expect(active).toEqual(Int32Array.from(active).sort());
      for (const cell of active) counts[cell]++;
    }
    const [p, expected] = [a / n, (trials * a) / n];
    for (const count of counts) expect(Math.abs(count - expected)).toBeLessThan(4.5 * Math.sqrt(expected * (1 - p)));
  });

  it("samples are subsets; replaced cells leave the code and come from outside it", () => {
    const rng = new Rng(3);
    const code = randomCode(rng, 100, 10);
    expect([...sample(rng, code.active, 4)].every((cell) => code.active.includes(cell))).toBe(true);
    const noisy = replaceCells(rng, code, 3);
    expect(noisy.active.length).toBe(10);
    expect(overlap(code, noisy)).toBe(7);
    expect(replaceCells(rng, code, 0)).toEqual(code);
  });

  it("say what is wrong", () => {
    expect(() => sparseCode(5, [1, 5])).toThrow("cell 5 is none of 0 … 4");
    expect(() => sparseCode(5, [1, 3, 1])).toThrow("cell 1 comes twice");
    expect(() => replaceCells(new Rng(1), sparseCode(5, [1, 2, 3]), 3)).toThrow("at most 2");
    expect(() => codesOfBinary(Tensor.of([1, 0, 1]))).toThrow(CajalError);
    expect(() =>
      codesOfBinary(
        Tensor.of([
          [0.5, -3],
          [1, 7],
        ]),
      ),
    ).toThrow("not binary: their values lie between -3 and 7");
  });
});

describe("k winners", () => {
  const activations = new Rng(4).normal([30, 40]);

  it("are the k largest", () => {
    const values = activations.numbers();
    for (const [t, { active }] of toSparseCodes(activations, { k: 7, standardise: false }).entries()) {
      const row = [...values.subarray(40 * t, 40 * (t + 1))];
      const order = row.map((_, i) => i).sort((i, j) => row[j] - row[i]);
      expect([...active]).toEqual(order.slice(0, 7).sort((a, b) => a - b));
    }
  });

  it("of equal ones, the first", () => {
    const [code] = toSparseCodes(Tensor.of([[2, 1, 3, 1, 1]]), { k: 3, standardise: false });
    expect([...code.active]).toEqual([0, 1, 2]);
  });

  it("standardised, do not depend on the units' scales and means", () => {
    const values = activations.numbers().map((value, i) => value * (1 + (i % 40)) + 100 * ((i % 40) % 7));
    const scaled = Tensor.of(values, [30, 40], "float64");
    const plain = Tensor.of(activations.numbers(), [30, 40], "float64");
    expect(toSparseCodes(scaled, { k: 5, standardise: true })).toEqual(
      toSparseCodes(plain, { k: 5, standardise: true }),
    );
    const statistics = unitStatistics(plain);
    expect(toSparseCodes(plain, { k: 5, standardise: statistics })).toEqual(
      toSparseCodes(plain, { k: 5, standardise: true }),
    );
    expect(toSparseCodes(scaled, { k: 5, standardise: false })).not.toEqual(
      toSparseCodes(plain, { k: 5, standardise: false }),
    );
  });

  it("say what is wrong", () => {
    expect(() => toSparseCodes(activations, { k: 41, standardise: false })).toThrow("k = 41 winners of 40 units");
    expect(() => toSparseCodes(Tensor.of([1, 2]), { k: 1, standardise: false })).toThrow("[examples, units], not [2]");
    expect(() =>
      toSparseCodes(
        Tensor.of([
          [1, 2],
          [Number.NaN, 1],
        ]),
        { k: 1, standardise: true },
      ),
    ).toThrow("example 1, unit 0");
  });
});
