import { describe, expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { analyseCodes, falsePositive, randomCode, type SparseCode, sparseCode } from "./index.ts";

const options = { s: 8, theta: 3, trials: 40_000, seed: 1 };

function randomCodes(count: number, n: number, a: number, seed = 1): SparseCode[] {
  const rng = new Rng(seed);
  return Array.from({ length: count }, () => randomCode(rng, n, a));
}

describe("own codes", () => {
  it("random ones are as good as the theory: no inflation, all cells count", () => {
    const found = analyseCodes(randomCodes(3000, 200, 20), options);
    const theory = falsePositive({ n: 200, a: 20, s: 8, theta: 3 });
    expect(found.fpTheory.p).toBeCloseTo(theory.p, 12);
    expect(found.ci[0]).toBeLessThan(theory.p);
    expect(found.ci[1]).toBeGreaterThan(theory.p);
    expect(found.inflation).toBeCloseTo(1, 1);
    expect(found.nEff).toBeGreaterThanOrEqual(found.nEffInterval[0]);
    expect(found.nEff).toBeLessThanOrEqual(found.nEffInterval[1]);
    expect(found.nEffInterval[0]).toBeLessThanOrEqual(200);
    expect(found.nEffInterval[1]).toBeGreaterThanOrEqual(200);
    expect(found.sparsity).toEqual({ mean: expect.closeTo(0.1, 12), sd: expect.closeTo(0, 12) });
    expect(found.duty.reduce((x, y) => x + y)).toBeCloseTo(20, 9);
    expect(found.dutyMax).toBeLessThan(0.13);
    for (const { observed, predicted } of found.histogram)
      expect(Math.abs(observed - predicted)).toBeLessThan(4.5 * Math.sqrt(predicted) + 1);
    expect(found.histogram.reduce((sum, { observed }) => sum + observed, 0)).toBe(40_000);
    expect(found.notes).toEqual([]);
  });

  it("cells that come in fives make more false positives, as fewer cells would", () => {
    const codes = randomCodes(3000, 100, 8).map(({ active }) =>
      sparseCode(
        500,
        [...active].flatMap((cell) => [0, 1, 2, 3, 4].map((twin) => 5 * cell + twin)),
      ),
    );
    const found = analyseCodes(codes, { ...options, s: 10, theta: 5 });
    expect(found.inflation).toBeGreaterThan(20);
    expect(found.nEff).toBeLessThan(300);
    expect(found.nEff).toBeGreaterThan(100);
  });

  it("of one label resemble each other: they are held against other labels", () => {
    const rng = new Rng(2);
    const [a, b] = [randomCodes(40, 60, 12, 3), randomCodes(40, 60, 12, 4)];
    const labels = [...a.map(() => "a"), ...b.map(() => "b")];
    const codes = [
      ...a.map(({ active }) => sparseCode(120, active)),
      ...b.map(({ active }) =>
        sparseCode(
          120,
          active.map((c) => c + 60),
        ),
      ),
    ];
    const apart = analyseCodes(codes, { ...options, labels, seed: rng.bits() });
    expect(apart.histogram[0].observed).toBe(40_000);
    expect(analyseCodes(codes, options).histogram[0].observed).toBeLessThan(40_000);
  });

  it("no hit is an upper limit, never 0", () => {
    const found = analyseCodes(randomCodes(100, 5000, 20), {
      ...options,
      theta: 8,
      trials: 1000,
      target: 1e-3,
      flipped: 4,
    });
    expect(found.hits).toBe(0);
    expect(found.fpObserved).toBeUndefined();
    expect(found.inflation).toBeUndefined();
    expect(found.nEff).toBeUndefined();
    expect(found.ci[1]).toBeCloseTo(3.69 / 1000, 4);
    expect(found.nEffInterval[0]).toBeGreaterThan(30);
    expect(found.nEffInterval[1]).toBe(Number.POSITIVE_INFINITY);
    expect(found.notes[0]).toContain("0 of 1000: only an upper limit of 0.0037 (3.7/1000) can be stated");
    expect(found.recommended).toBeDefined();
  });

  it("numbers of active cells may vary a little: the theory is averaged over them", () => {
    const rng = new Rng(5);
    const codes = Array.from({ length: 2000 }, () => randomCode(rng, 200, 16 + rng.int(0, 9)));
    const found = analyseCodes(codes, options);
    expect(found.ci[0]).toBeLessThan(found.fpTheory.p);
    expect(found.ci[1]).toBeGreaterThan(found.fpTheory.p);
  });

  it("the same seed gives the same answer", () => {
    const codes = randomCodes(100, 200, 20);
    expect(analyseCodes(codes, { ...options, trials: 500 })).toEqual(analyseCodes(codes, { ...options, trials: 500 }));
    expect(analyseCodes(codes, { ...options, trials: 500 })).not.toEqual(
      analyseCodes(codes, { ...options, trials: 500, seed: 2 }),
    );
  });

  it("say what is wrong with them", () => {
    const codes = randomCodes(10, 100, 20);
    const uneven = [...randomCodes(5, 100, 10), ...randomCodes(5, 100, 30)];
    expect(() => analyseCodes(uneven, options)).toThrow(
      "between 10 and 30 active cells (mean 20.0, standard deviation 10.0)",
    );
    expect(() => analyseCodes(codes.slice(1, 2), options)).toThrow("1 codes");
    expect(() => analyseCodes(codes, { ...options, s: 21 })).toThrow("s = 21 synapses cannot be sampled from a = 20");
    expect(() => analyseCodes(codes, { ...options, theta: 9 })).toThrow("θ = 9");
    expect(() => analyseCodes(codes, { ...options, labels: [1, 2] })).toThrow("2 labels for 10 codes");
    expect(() => analyseCodes(codes, { ...options, labels: codes.map(() => 1) })).toThrow("same label");
    expect(() => analyseCodes([...codes, randomCode(new Rng(1), 99, 20)], options)).toThrow("code 10 of 99");
  });
});
