import { describe, expect, it } from "vitest";
import { compile, exportOnnx, grad, importOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { areaUnderRoc } from "../../../nn/index.ts";
import {
  binaryOfCodes,
  binaryWeights,
  DendriticNeuron,
  dendrites,
  falseNegative,
  hebbianWeights,
  overlap,
  randomCode,
  replaceCells,
  segmentTable,
  softDendrites,
  sparseCode,
  weightedSum,
} from "./index.ts";

const [n, a, s, theta] = [500, 20, 10, 6];

/** A neuron of so many random patterns, and codes of all kinds to ask it for. */
function example(patterns: number, seed = 1) {
  const rng = new Rng(seed);
  const stored = Array.from({ length: patterns }, () => randomCode(rng, n, a));
  const neuron = new DendriticNeuron({ n, s, theta, seed });
  for (const pattern of stored) neuron.store(pattern);
  const noisy = stored.map((pattern) => replaceCells(rng, pattern, 6));
  const fresh = stored.map(() => randomCode(rng, n, a));
  return { rng, stored, neuron, noisy, fresh };
}

describe("a neuron with dendrites", () => {
  it("stores each pattern in one look, as a sample of its cells", () => {
    const { neuron, stored } = example(40);
    for (const [m, pattern] of stored.entries()) {
      expect(neuron.segments[m].length).toBe(s);
      expect(overlap({ n, active: neuron.segments[m] }, pattern)).toBe(s);
      expect(neuron.fires(pattern)).toEqual({ fires: true, best: m, overlap: s });
    }
    expect(example(5).neuron.segments).toEqual(neuron.segments.slice(0, 5));
  });

  it("counts overlaps as sets do, and fires when one reaches θ", () => {
    const { neuron, noisy, fresh } = example(30);
    const codes = [...noisy, ...fresh];
    const overlaps = neuron.overlaps(codes);
    for (const [t, code] of codes.entries()) {
      const row = neuron.segments.map((active) => overlap({ n, active }, code));
      expect([...overlaps.subarray(30 * t, 30 * (t + 1))]).toEqual(row);
      const most = Math.max(...row);
      expect(neuron.fires(code)).toEqual({ fires: most >= theta, best: row.indexOf(most), overlap: most });
    }
  });

  it("misses as often as the closed form says", () => {
    const { neuron, noisy } = example(3000, 7);
    const overlaps = neuron.overlaps(noisy);
    const missed = noisy.filter((_, m) => overlaps[m * 3000 + m] < theta).length;
    const { p } = falseNegative({ a, s, theta, flipped: 6 });
    expect(p).toBeGreaterThan(0.02);
    expect(Math.abs(missed - 3000 * p)).toBeLessThan(4 * Math.sqrt(3000 * p));
  });

  it("holds several patterns on one segment, and never misses them", () => {
    const rng = new Rng(3);
    const neuron = new DendriticNeuron({ n, s, theta, seed: 3 });
    const patterns = Array.from({ length: 12 }, () => randomCode(rng, n, a));
    for (const pattern of patterns) neuron.store(pattern, 0);
    expect(neuron.segments.length).toBe(1);
    const size = neuron.segments[0].length;
    expect(size).toBeGreaterThan(90);
    expect(new Set(neuron.segments[0]).size).toBe(size);
    for (const pattern of patterns) expect(neuron.fires(pattern).fires).toBe(true);
  });

  it("without segments does not fire; other sizes and numbers are refused", () => {
    const neuron = new DendriticNeuron({ n, s, theta, seed: 1 });
    const code = randomCode(new Rng(1), n, a);
    expect(neuron.fires(code)).toEqual({ fires: false, best: -1, overlap: 0 });
    expect(() => neuron.store(sparseCode(n, [1, 2, 3]))).toThrow(
      "s = 10 synapses cannot be sampled from a = 3 active cells",
    );
    expect(() => neuron.store(code, 1)).toThrow("segment 1 is none of the 0");
    expect(() => neuron.fires(sparseCode(9, [1]))).toThrow("a code of 9 cells, where the neuron listens to 500");
    expect(() => new DendriticNeuron({ n, s, theta: 11, seed: 1 })).toThrow("θ = 11");
  });

  it("tells apart what sums cannot: the same patterns, the same synapses, without a threshold per segment", () => {
    const { neuron, stored, noisy, fresh } = example(600);
    const auc = (score: (code: (typeof stored)[0]) => number) => areaUnderRoc(noisy.map(score), fresh.map(score));
    const hebbian = hebbianWeights(stored, n);
    const synapses = hebbianWeights(
      neuron.segments.map((active) => ({ n, active })),
      n,
    );
    expect(auc((code) => neuron.fires(code).overlap)).toBeGreaterThan(0.99);
    expect(auc((code) => weightedSum(hebbian, code))).toBeLessThan(0.8);
    expect(auc((code) => weightedSum(synapses, code))).toBeLessThan(0.8);
    expect(auc((code) => weightedSum(binaryWeights(stored, n), code))).toBeCloseTo(0.5, 1);
    // The sum over segments of their overlaps is the point neuron with a weight per synapse.
    const total = neuron.overlaps([fresh[0]]).reduce((x, y) => x + y);
    expect(weightedSum(synapses, fresh[0])).toBe(total);
  });
});

describe("as a graph", () => {
  it("gives what the index lists give, exact and smooth, also with segments of different lengths", async () => {
    const { rng, neuron, noisy, fresh } = example(25);
    for (let i = 0; i < 8; i++) neuron.store(randomCode(rng, n, a), rng.int(0, 25));
    expect(new Set(neuron.segments.map((segment) => segment.length)).size).toBeGreaterThan(1);
    const codes = [...noisy, ...fresh];
    const table = segmentTable(neuron.segments, n);
    const layer = compile((x: Value) => ({
      hard: dendrites(x, table, { theta }),
      soft: softDendrites(x, table, { theta, temperature: 1 }),
    }));
    const { hard, soft } = await layer(binaryOfCodes(codes));
    expect(hard.overlap.shape).toEqual([50, 25]);
    expect([...hard.overlap.numbers()]).toEqual([...neuron.overlaps(codes)]);
    expect([...hard.spikes.numbers()]).toEqual([...neuron.overlaps(codes)].map((count) => Number(count >= theta)));
    const answers = codes.map((code) => Number(neuron.fires(code).fires));
    expect([...hard.fires.numbers()]).toEqual(answers);
    expect([...soft.fires.numbers()].map((z) => Number(z > 0.5))).toEqual(answers);
    expect(new Set(answers).size).toBe(2);
    const cold = await compile((x: Value) => softDendrites(x, table, { theta, temperature: 0.02 }).spikes)(
      binaryOfCodes(codes),
    );
    expect([...cold.numbers()].every((y, i) => Math.abs(y - hard.spikes.numbers()[i]) < 1e-6)).toBe(true);
  });

  it("makes a layer of several neurons", async () => {
    const { neuron, noisy } = example(24);
    const flat = segmentTable(neuron.segments, n);
    const grouped = new Tensor("int64", [4, 6, s], flat.data);
    const { fires } = await compile((x: Value) => dendrites(x, grouped, { theta }))(binaryOfCodes(noisy));
    expect(fires.shape).toEqual([24, 4]);
    const spikes = neuron.overlaps(noisy).map((count) => Number(count >= theta));
    const expected = Array.from({ length: 24 * 4 }, (_, i) => Math.max(...spikes.subarray(6 * i, 6 * i + 6)));
    expect([...fires.numbers()]).toEqual(expected);
  });

  it("has a derivative when smooth: that of central differences", async () => {
    const table = Tensor.of([0, 1, 2, 3, 2, 3, 4, 6], [2, 4], "int64");
    const loss = (x: Value) =>
      softDendrites(x, table, { theta: 2, temperature: 0.7 })
        .fires.mul(Tensor.of([1, -2], [2], "float64"))
        .sum();
    const x = Tensor.of(new Rng(8).uniform([2, 6]).numbers(), [2, 6], "float64");
    const value = compile(loss);
    const slope = (await compile((v: Value) => grad(loss)(v))(x)).numbers();
    for (let i = 0; i < 12; i++) {
      const at = async (step: number) => {
        const moved = x.numbers();
        moved[i] += step;
        return (await value(Tensor.of(moved, [2, 6], "float64"))).item();
      };
      expect(slope[i]).toBeCloseTo(((await at(1e-5)) - (await at(-1e-5))) / 2e-5, 8);
    }
    expect(slope.some((v) => v !== 0)).toBe(true);
  });

  it("is an ONNX model for batches of any size", async () => {
    const { neuron, noisy, fresh } = example(20);
    const table = segmentTable(neuron.segments, n);
    const bytes = exportOnnx((code: Value) => dendrites(code, table, { theta }).fires, [Tensor.zeros([1, n])], {
      names: ["code"],
      batch: { name: "N", arguments: [0] },
    });
    const model = importOnnx(bytes);
    const codes = [...noisy, ...fresh];
    const fires = await compile((code: Value) => model.apply(model.params, { code }).result)(binaryOfCodes(codes));
    expect([...fires.numbers()]).toEqual(codes.map((code) => Number(neuron.fires(code).fires)));
  });

  it("says what is wrong", async () => {
    const run = (segments: Tensor) =>
      compile((x: Value) => dendrites(x, segments, { theta }).fires)(Tensor.zeros([1, 5]));
    await expect(run(Tensor.of([7, 1], [1, 2], "int64"))).rejects.toThrow(
      "a synapse on cell 7, where the codes have 5 cells",
    );
    await expect(run(Tensor.of([1], [1], "int64"))).rejects.toThrow("segments [1]");
    expect(() => segmentTable([], 5)).toThrow("no synapses");
    const soft = compile(
      (x: Value) => softDendrites(x, Tensor.of([1], [1, 1], "int64"), { theta: 1, temperature: 0 }).fires,
    );
    await expect(soft(Tensor.zeros([1, 5]))).rejects.toThrow("a temperature of 0");
  });
});
