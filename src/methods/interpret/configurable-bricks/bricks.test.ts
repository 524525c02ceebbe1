import { describe, expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { configure, flopsPerToken } from "./configure.ts";
import { findFeedForward } from "./feed-forward.ts";
import { functionalityScores } from "./functionality.ts";
import { coactivation, partition } from "./partition.ts";
import { functions, largestDifference, modelOf, onnxModel, randomTexts, sizes } from "./testing/models.ts";
import { routerRecall, trainRouter } from "./train-router.ts";

const models = [modelOf(), onnxModel()];
const text = randomTexts(9, 1)[0];
const texts = randomTexts(10, 24);

describe.each(models)("$name", (model) => {
  it("with all bricks on is the model itself", async () => {
    const plan = await partition(model, "weights", { size: 6 });
    const all = await trainRouter(model, plan, texts, { kind: "oracle", keep: 4 });
    const byName = await partition(model, "function", { scores: await functionalityScores(model, functions) });
    const expected = await model.logits(text);
    for (const configured of [
      await configure(model, plan, { router: all }),
      await configure(model, byName, { on: ["low", "high"] }),
    ])
      expect(largestDifference(await configured.logits(text), expected)).toBeLessThan(1e-5);
  });

  it("routed is an ordinary model: it keeps the oracle's bricks, and writes by its logits", async () => {
    const plan = await partition(model, "random", { size: 6, seed: 2 });
    const router = await trainRouter(model, plan, texts, { kind: "oracle", keep: 2 });
    const configured = await configure(model, plan, { router });
    const [layer] = await findFeedForward(model);
    const down = (await layer.weights.rows("down")).numbers();
    const before = (await model.activations(text, [layer.name]))[layer.name].numbers();
    const after = (await configured.activations(text, [layer.name]))[layer.name].numbers();
    for (let t = 0; t < text.length; t++) {
      const score = plan.layers[0].bricks.map(({ neurons }) =>
        neurons.reduce(
          (sum, i) => sum + Math.abs(before[24 * t + i]) * Math.hypot(...down.subarray(8 * i, 8 * i + 8)),
          0,
        ),
      );
      const least = [...score].sort((a, b) => b - a)[1];
      for (const [b, { neurons }] of plan.layers[0].bricks.entries())
        for (const i of neurons) expect(after[24 * t + i]).toBeCloseTo(score[b] >= least ? before[24 * t + i] : 0, 5);
    }
    const written: number[] = [];
    for await (const { token } of configured.generate(text.slice(0, 4), { tokens: 6 })) written.push(token);
    const anew = text.slice(0, 4);
    for (let i = 0; i < 6; i++) {
      const row = (await configured.logits(anew)).numbers().slice(-sizes.vocabulary);
      anew.push(row.indexOf(Math.max(...row)));
    }
    expect(written).toEqual(anew.slice(4));
    await configured.release();
  });
});

describe("partition", () => {
  const [model] = models;

  it("makes bricks of equal sizes, each neuron in one", async () => {
    for (const how of ["weights", "coactivation", "random"] as const) {
      const { layers } = await partition(model, how, { size: 4, texts });
      for (const { bricks } of layers) {
        expect(bricks.map(({ neurons }) => neurons.length)).toEqual(Array(6).fill(4));
        expect(bricks.flatMap(({ neurons }) => neurons).sort((a, b) => a - b)).toEqual([...Array(24).keys()]);
      }
    }
    await expect(partition(model, "weights", { size: 5 })).rejects.toMatchObject({
      message: 'partition: bricks of 5 do not divide the 24 neurons of "block0/mlp"',
      advice: "Possible sizes: 1, 2, 3, 4, 6, 8, 12, 24.",
    });
    await expect(partition(model, "coactivation", { size: 4 })).rejects.toThrow("needs texts");
    await expect(partition(model, "function")).rejects.toThrow("needs scores");
  });

  it("by function takes neurons above chance, and shares the others", async () => {
    const scores = await functionalityScores(model, functions);
    const { layers } = await partition(model, "function", { scores });
    for (const [l, { bricks, shared }] of layers.entries()) {
      for (const [f, { neurons }] of bricks.entries())
        for (const i of neurons) expect(scores.score[f][l][i]).toBeGreaterThan(scores.random.high[f]);
      expect(bricks.reduce((sum, { neurons }) => sum + neurons.length, shared.length)).toBe(24);
      expect(bricks.every(({ neurons }) => neurons.length > 0)).toBe(true);
    }
  });

  it("by co-activation adds up products of positive activations", async () => {
    const layers = await findFeedForward(model);
    const [, second] = await coactivation(model, layers, [text, texts[0]]);
    let expected = 0;
    for (const one of [text, texts[0]]) {
      const a = (await model.activations(one, ["block1/mlp"]))["block1/mlp"].numbers();
      for (let t = 0; t < one.length; t++) expected += Math.max(0, a[24 * t + 3]) * Math.max(0, a[24 * t + 20]);
    }
    expect(second.numbers()[24 * 3 + 20]).toBeCloseTo(expected, 4);
  });

  it("unknown bricks, plans and numbers are refused", async () => {
    const plan = await partition(model, "random", { size: 6 });
    const router = await trainRouter(model, plan, texts, { kind: "norm", keep: 2 });
    await expect(configure(model, plan, { off: ["brick9"] })).rejects.toThrow('no brick is named "brick9"');
    await expect(configure(model, undefined, { router })).rejects.toThrow("without a plan");
    await expect(configure(model, await partition(model, "random", { size: 4 }), { router })).rejects.toThrow(
      "another plan",
    );
    await expect(configure(model, plan, { router, on: ["brick0"] })).rejects.toThrow(
      "2 bricks cannot be kept of the 1",
    );
    await expect(trainRouter(model, plan, texts, { kind: "oracle", keep: 5 })).rejects.toThrow(
      "5 bricks cannot be kept of the 4",
    );
  });
});

describe("routers", () => {
  const [model] = models;

  it("the learned one finds the oracle's bricks better than chance, and the oracle all", async () => {
    const plan = await partition(model, "weights", { size: 3 });
    const recall = async (kind: "oracle" | "learned" | "random" | "centre" | "norm") =>
      routerRecall(
        model,
        plan,
        await trainRouter(model, plan, texts, { kind, keep: 4, steps: 300 }),
        randomTexts(11, 12),
      );
    expect(await recall("oracle")).toBe(1);
    const learned = await recall("learned");
    expect(learned).toBeGreaterThan(0.65);
    for (const kind of ["random", "centre", "norm"] as const) expect(await recall(kind)).toBeLessThan(learned);
  });

  it("are counted in full", async () => {
    const plan = await partition(model, "random", { size: 6 });
    const full = 2 * 2 * 3 * 8 * 24;
    const flops = async (kind: "oracle" | "learned" | "centre") =>
      flopsPerToken(model, plan, { router: await trainRouter(model, plan, texts, { kind, keep: 2, steps: 1 }) });
    expect(await flopsPerToken(model, plan)).toEqual({ full, configured: full, router: 0 });
    expect(await flops("centre")).toEqual({ full, configured: full / 2 + 2 * 2 * 8 * 4, router: 2 * 2 * 8 * 4 });
    expect((await flops("learned")).router).toBe(2 * 2 * (8 * 4 + 4 * 4));
    expect((await flops("oracle")).configured).toBeGreaterThan(full);
    const off = await flopsPerToken(model, plan, { off: ["brick1"] });
    expect(off.configured).toBeCloseTo(0.75 * full, 9);
  });
});

it("bricks that are off are at zero in every layer", async () => {
  const [model] = models;
  const plan = await partition(model, "random", { size: 12, seed: new Rng(1).int(0, 9) });
  const off = await configure(model, plan, { off: ["brick1"] });
  const { "block0/mlp": a } = await off.activations(text, ["block0/mlp"]);
  const zero = new Set(plan.layers[0].bricks[1].neurons);
  for (const [i, v] of a.numbers().entries()) expect(v === 0).toBe(zero.has(i % 24));
  expect(await configure(model, plan)).toBe(model);
});
