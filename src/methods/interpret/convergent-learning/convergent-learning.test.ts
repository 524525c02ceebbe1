import { describe, expect, it } from "vitest";
import { compile, Tensor, type Value } from "../../../graph/index.ts";
import type { SampleSet } from "../../../probe/index.ts";
import { convergence, jointStats, matchUnits, meanScore, sampleStats, swapped, uniqueUnits } from "./index.ts";
import { noise, toy, toyModel } from "./testing/toy-models.ts";

const [one, two] = [toyModel(toy(1), "one"), toyModel(toy(2), "two")];
const data = noise(70);

/** All activations of a layer, position by position: [samples, units]. */
async function activationsOf(seed: number, layer: "maps" | "pooled" | "fc", set: SampleSet): Promise<Tensor> {
  const p = toy(seed);
  const { conv, maxPool, averagePool, linear } = await import("../../../nn/index.ts");
  const run = compile((x: Value) => {
    const maps = conv(p.conv, x, { padding: "same" }).relu();
    if (layer === "fc") return linear(p.fc, maxPool(maps, 2).flatten()).relu();
    const chosen = layer === "maps" ? maps : averagePool(maps, 2);
    return chosen.transpose([0, 2, 3, 1]).reshape([-1, 6]);
  });
  const inputs = await Promise.all(Array.from({ length: set.length }, (_, i) => set.get(i)));
  const pixels = Float32Array.from(inputs.flatMap(({ input }) => Array.from(input.numbers())));
  const result = await run(new Tensor("float32", [set.length, 1, 8, 8], pixels));
  await run.release();
  return result;
}

const largestDifference = (x: Float64Array, y: Float64Array) =>
  x.reduce((most, value, at) => Math.max(most, Math.abs(value - y[at])), 0);

describe("jointStats", () => {
  it("is that of all activations at once: every position of every map is a sample", async () => {
    for (const [layer, tensor] of [
      ["maps", "conv/Relu"],
      ["fc", "fc/Relu"],
    ] as const) {
      const stats = await jointStats({ model: one, tensor }, { model: two, tensor }, data);
      const whole = await sampleStats(await activationsOf(1, layer, data), await activationsOf(2, layer, data));
      expect(stats.a.n).toBe(layer === "maps" ? 70 * 64 : 70);
      expect(largestDifference(stats.cross.data, whole.cross.data)).toBeLessThan(1e-5);
      expect(largestDifference(stats.a.corr.data, whole.a.corr.data)).toBeLessThan(1e-5);
      expect(largestDifference(stats.b.std, whole.b.std)).toBeLessThan(1e-5);
    }
  });

  it("averages the larger of two maps down to the smaller", async () => {
    const coarse = toyModel(toy(2), "coarse", 8, 2);
    const stats = await jointStats({ model: one, tensor: "conv/Relu" }, { model: coarse, tensor: "conv/Relu" }, data);
    expect(stats.a.n).toBe(70 * 16);
    const pooled = await sampleStats(await activationsOf(1, "pooled", data), await activationsOf(1, "pooled", data));
    expect(largestDifference(stats.a.corr.data, pooled.a.corr.data)).toBeLessThan(1e-5);
  });

  it("draws positions where there are too many, the same ones in both nets", async () => {
    const tap = { model: one, tensor: "conv/Relu" };
    const stats = await jointStats(tap, { ...tap, model: toyModel(toy(1), "copy") }, data, { maxSamples: 700 });
    expect(stats.a.n).toBe(700);
    expect(matchUnits(stats).score.every((score) => score > 1 - 1e-9)).toBe(true);
  });

  it("shuffled, nothing belongs together", async () => {
    const tap = { model: one, tensor: "conv/Relu" };
    const stats = await jointStats(tap, { ...tap, shuffled: 1 }, noise(300));
    expect(meanScore(matchUnits(stats))).toBeLessThan(0.03);
  });

  it("estimates mutual information in a second pass; swapped is the other way round", async () => {
    const [a, b] = [
      { model: one, tensor: "conv/Relu" },
      { model: two, tensor: "conv/Relu" },
    ];
    const forward = await jointStats(a, b, data, { information: true });
    const back = swapped(await jointStats(b, a, data, { information: true }));
    expect(largestDifference(back.cross.data, forward.cross.data)).toBeLessThan(1e-12);
    const [x, y] = [forward.information, back.information].map((matrix) => matrix?.data ?? new Float64Array(0));
    expect(x.length).toBe(36);
    expect(largestDifference(x, y)).toBeLessThan(1e-12);
    expect(() => matchUnits({ ...forward, information: undefined } as typeof forward, { measure: "mi" })).toThrow(
      "no mutual information",
    );
  });

  it("warns of too few samples, and of one class", async () => {
    const tap = (model: typeof one) => ({ model, tensor: "fc/Relu" });
    const few = await jointStats(tap(one), tap(two), noise(20));
    expect(few.warnings).toContain("one · fc/Relu: 20 samples for 5 units; below 5 per unit correlations mean nothing");
    const alike: SampleSet = { ...data, get: async (i) => ({ ...(await data.get(i)), label: "odd" }) };
    expect((await jointStats(tap(one), tap(two), alike)).warnings).toEqual([
      'all 70 inputs are of one class ("odd"): correlations on them mean nothing for others',
    ]);
  });

  it("refuses what does not belong together", async () => {
    const maps = { model: one, tensor: "conv/Relu" };
    const large = toyModel(toy(2), "large", 16);
    await expect(jointStats(maps, { model: two, tensor: "fc/Relu" }, data)).rejects.toThrow(
      "one · conv/Relu [6, 8, 8] has pixels, two · fc/Relu [5] has whole inputs",
    );
    await expect(jointStats(maps, { model: large, tensor: "conv/Relu" }, data)).rejects.toMatchObject({
      code: "shape",
      message: "one takes inputs [1, 8, 8], large [1, 16, 16]",
    });
    await expect(jointStats(maps, { model: two, tensor: "conv" }, data)).rejects.toMatchObject({
      code: "unknown-layer",
    });
    const short = { model: large, tensor: "conv/Relu", samples: noise(60, 16) };
    await expect(jointStats(maps, short, data)).rejects.toThrow("60 samples of its own, the others have 70");
    const renamed = { ...noise(70, 16), nameOf: (i: number) => `image ${69 - i}` };
    await expect(jointStats(maps, { ...short, samples: renamed }, data)).rejects.toThrow(
      "sample 0 of a net is image 69, that of the others is image 0",
    );
    const otherwise = { model: toyModel(toy(2), "otherwise", 8, 1, "bytes"), tensor: "conv/Relu" };
    await expect(jointStats(maps, otherwise, data)).rejects.toThrow(
      'one takes pictures preprocessed as "unit", otherwise as "bytes"',
    );
    // The same pictures, each as its net wants them.
    const own = await jointStats(maps, { ...short, samples: noise(70, 16) }, data);
    expect(own.a.n).toBe(70 * 64);
  });

  it("notices data that are not the same the second time", async () => {
    let reads = 0;
    const shuffling: SampleSet = { ...data, get: (i) => data.get((i + (reads++ >= 70 ? 1 : 0)) % 70) };
    const taps = [one, two].map((model) => ({ model, tensor: "conv/Relu" }));
    await expect(jointStats(taps[0], taps[1], shuffling)).rejects.toMatchObject({
      code: "argument",
      message: "sample 0 (image 0) is not what it was when it was read before",
    });
  });

  it("names the unit that is not a number", async () => {
    const broken: SampleSet = { ...data, get: async () => ({ input: Tensor.full([1, 8, 8], Number.NaN) }) };
    const taps = [one, two].map((model) => ({ model, tensor: "conv/Relu" }));
    await expect(jointStats(taps[0], taps[1], broken)).rejects.toMatchObject({ code: "not-finite" });
  });
});

describe("convergence", () => {
  it("finds the copy among three nets, and says which units nobody has", async () => {
    const models = [one, two, toyModel(toy(1), "copy")];
    const taps = models.flatMap((model) => ["conv/Relu", "fc/Relu"].map((tensor) => ({ model, tensor })));
    const { pairs, layers, warnings } = await convergence(taps, data, { found: 0.999 });
    expect(warnings).toEqual([]);
    expect(pairs.map(({ a, b }) => `${a.model.name} ${b.model.name} ${a.tensor}`)).toEqual([
      "one two conv/Relu",
      "one copy conv/Relu",
      "one two fc/Relu",
      "one copy fc/Relu",
      "two copy conv/Relu",
      "two copy fc/Relu",
    ]);
    expect(layers.map(({ foundIn }) => Math.min(...foundIn))).toEqual([1, 1, 0, 0, 1, 1]);
    expect(layers[2].unique).toEqual([0, 1, 2, 3, 4, 5]);
    expect(layers.every(({ otherNets }) => otherNets === 2)).toBe(true);
    const all = await convergence(taps.slice(0, 4), data, { layers: "all" });
    expect(all.pairs.map(({ a, b }) => `${a.tensor} ${b.tensor}`)).toEqual(["conv/Relu conv/Relu", "fc/Relu fc/Relu"]);
    await expect(convergence(taps.slice(0, 2), data)).rejects.toThrow("no two nets");
  });
});

describe("matchUnits", () => {
  it("leaves out the dead, and who is left over", async () => {
    const columns = (rows: number[][]) => Tensor.of(rows, undefined, "float64");
    // Unit 1 is dead; units 0 and 2 are alike, and there is one unit for both.
    const stats = await sampleStats(
      columns([
        [0, 5, 0.1],
        [1, 5, 1],
        [2, 5, 1.9],
        [3, 5, 3.2],
      ]),
      columns([[0], [1], [2], [3]]),
    );
    expect(stats.a.dead).toEqual([1]);
    const semi = matchUnits(stats, { mode: "semi" });
    expect([...semi.partner]).toEqual([0, -1, 0]);
    expect(semi.unmatched).toEqual([1]);
    const once = matchUnits(stats);
    expect([...once.partner]).toEqual([0, -1, -1]);
    expect(once.unmatched).toEqual([1, 2]);
    expect([...matchUnits(swapped(stats)).partner]).toEqual([0]);
    expect(uniqueUnits(semi, 0.999)).toEqual([2]);
    expect(() => matchUnits(stats, { largest: 0 })).toThrow(/^assignment of 1 to 2 units takes about 1 s/);
  });
});
