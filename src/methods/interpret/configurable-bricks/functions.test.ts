import { describe, expect, it } from "vitest";
import { Tensor } from "../../../graph/index.ts";
import { averagePrecision, type GatedMlp } from "../../../nn/index.ts";
import { findFeedForward } from "./feed-forward.ts";
import { exclusiveSets } from "./function-sets.ts";
import { functionalityScores, overlapOf, summariseScores, topNeurons } from "./functionality.ts";
import { perturbationMatrix, withoutNeurons } from "./perturbation.ts";
import { functionCentroids, retrieveFunction } from "./retrieve.ts";
import { activationDistribution, masked, sparsityCurve } from "./sparsity.ts";
import { functions, largestDifference, modelOf, onnxModel, params, randomTexts } from "./testing/models.ts";
import { functionLosses, textLoss } from "./text-loss.ts";

const model = modelOf();
const text = randomTexts(9, 1)[0];
const layerNames = ["block0/mlp", "block1/mlp"];

describe("instances", () => {
  it("with several labels are dropped and counted; functions with too few are named", () => {
    const labelled = [
      ...Array.from({ length: 31 }, () => ({ prompt: [1], labels: ["code", "code"] })),
      ...Array.from({ length: 30 }, () => ({ prompt: [2], labels: ["legal"] })),
      { prompt: [3], labels: ["code", "legal"] },
      { prompt: [4], labels: [] },
    ];
    const { sets, dropped } = exclusiveSets(labelled);
    expect(dropped).toBe(2);
    expect(sets.map(({ name, prompts }) => [name, prompts.length])).toEqual([
      ["code", 31],
      ["legal", 30],
    ]);
    expect(() => exclusiveSets([...labelled, { prompt: [5], labels: ["poems", "code"] }])).toThrow(
      '"poems" has 0; 30 are needed',
    );
    expect(() => exclusiveSets(labelled.slice(0, 31))).toThrow("there must be two at least");
  });
});

describe("functionality scores", async () => {
  const scores = await functionalityScores(model, functions);

  it("are the average precision of the mean |a| over the prompt's tokens", async () => {
    const prompts = functions.flatMap(({ prompts }) => prompts);
    const label = prompts.map((_, p) => p < 30);
    const means = [0, 5, 23].map(() => [] as number[]);
    for (const prompt of prompts) {
      const { [layerNames[1]]: a } = await model.activations(prompt, [layerNames[1]]);
      for (const [k, i] of [0, 5, 23].entries()) {
        let sum = 0;
        for (let t = 0; t < prompt.length; t++) sum += Math.abs(a.numbers()[24 * t + i]);
        means[k].push(sum / prompt.length);
      }
    }
    for (const [k, i] of [0, 5, 23].entries()) {
      expect(scores.score[0][1][i]).toBeCloseTo(averagePrecision(means[k], label), 6);
      expect(scores.activity[0][1][i]).toBeCloseTo(means[k].slice(0, 30).reduce((a, b) => a + b, 0) / 30, 5);
    }
    expect(scores.instances).toEqual([30, 30]);
  });

  it("know what chance gives, and who is always active", () => {
    for (const mean of scores.random.mean) expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
    for (const [f, high] of scores.random.high.entries()) expect(high).toBeGreaterThan(scores.random.mean[f]);
    const top = topNeurons(scores, 0, { fraction: 0.25 });
    expect(Object.values(top).flat()).toHaveLength(12);
    expect(overlapOf(top, top)).toBe(1);
    const crowd = { ...scores, residents: top };
    const others = topNeurons(crowd, 0, { fraction: 0.25, excludeResident: true });
    expect(overlapOf(top, others)).toBe(0);
    for (const { best, bestHalfPercent, mean } of summariseScores(scores)) {
      expect(best).toBeGreaterThanOrEqual(bestHalfPercent);
      expect(bestHalfPercent).toBeGreaterThan(mean);
    }
  });

  it("are of an ONNX file as of the model that it was made of", async () => {
    const ofFile = await functionalityScores(onnxModel(), functions);
    expect(ofFile.layers.map(({ neurons }) => neurons)).toEqual([24, 24]);
    for (const f of [0, 1])
      for (const l of [0, 1])
        for (let i = 0; i < 24; i++) expect(ofFile.score[f][l][i]).toBeCloseTo(scores.score[f][l][i], 2);
  });

  it("prune: the matrix, the controls, and sets that are one another's texts", async () => {
    const found = await perturbationMatrix(model, scores, functions, { fraction: 0.1, draws: 1 });
    expect(found.rise).toHaveLength(2);
    const pruned = withoutNeurons(model, topNeurons(scores, 0, { fraction: 0.1 }));
    const [before, after] = [model, pruned].map((one) => textLoss(one, functions[1].prompts));
    expect(found.rise[0][1]).toBeCloseTo(100 * (Math.exp((await after) - (await before)) - 1), 3);
    expect(found.base[1]).toBeCloseTo(Math.exp(await before), 4);
    expect(found.warnings).toEqual([]);
    const twins = [functions[0], { name: "twin", prompts: functions[0].prompts }, functions[1]];
    const same = await perturbationMatrix(model, await functionalityScores(model, twins), functions, { draws: 1 });
    expect(same.warnings).toEqual(['"low" and "twin" share 100 % of their neurons: one may be the other\'s texts']);
  });
});

it("a neuron at zero is one whose output column is zero", async () => {
  const zeroed = params.blocks.map((block, l) => {
    const { down, ...rest } = block.feedForward as GatedMlp<Tensor>;
    const data = down.weight.numbers();
    if (l === 1) for (const i of [2, 17]) data.fill(0, 8 * i, 8 * (i + 1));
    return { ...block, feedForward: { ...rest, down: { weight: Tensor.of(data, down.weight.shape) } } };
  });
  const expected = await modelOf({ ...params, blocks: zeroed }).logits(text);
  const actual = await withoutNeurons(model, { "block1/mlp": [2, 17] }).logits(text);
  expect(largestDifference(actual, expected)).toBeLessThan(1e-5);
});

describe("sparsity", () => {
  it("masks the smallest of each layer at each token, by either indicator", async () => {
    const layers = await findFeedForward(model);
    const { [layerNames[0]]: before } = await model.activations(text, [layerNames[0]]);
    const down = (await layers[0].weights.rows("down")).numbers();
    const norm = (i: number) => Math.hypot(...down.subarray(8 * i, 8 * (i + 1)));
    for (const by of ["activation", "magnitude"] as const) {
      const quiet = await masked(model, layers, 0.75, by);
      const { [layerNames[0]]: after } = await quiet.activations(text, [layerNames[0]]);
      for (let t = 0; t < text.length; t++) {
        const row = Array.from(before.numbers().slice(24 * t, 24 * (t + 1)));
        const value = row.map((a, i) => Math.abs(a) * (by === "activation" ? 1 : norm(i)));
        const least = [...value].sort((a, b) => b - a)[5];
        for (const [i, a] of row.entries())
          expect(after.numbers()[24 * t + i]).toBeCloseTo(value[i] >= least ? a : 0, 5);
      }
    }
    const { loss, masks } = await sparsityCurve(model, functions, [0.9], "activation");
    expect(masks).toEqual([0, 0.9]);
    const plain = await functionLosses(model, functions);
    for (const f of [0, 1]) expect(loss[0][f]).toBeCloseTo(plain[f], 6);
    await expect(masked(model, layers, 1, "activation")).rejects.toThrow("a share of 1 of the neurons");
  });

  it("the distribution counts values against the layer's largest at the token", async () => {
    const { atMost } = await activationDistribution(model, [text], "activation", { thresholds: [0.1, 0.5, 1] });
    const { [layerNames[1]]: a } = await model.activations(text, [layerNames[1]]);
    let half = 0;
    for (let t = 0; t < text.length; t++) {
      const row = Array.from(a.numbers().slice(24 * t, 24 * (t + 1)), Math.abs);
      half += row.filter((v) => v <= 0.5 * Math.max(...row)).length / (24 * text.length);
    }
    expect(atMost[1][1]).toBeCloseTo(half, 5);
    expect(atMost[1][2]).toBeCloseTo(1, 6);
  });
});

it("the loss of texts is the mean surprise of their tokens", async () => {
  const texts = [text, text.slice(0, 5)];
  let [nats, count] = [0, 0];
  for (const one of texts) {
    const logits = (await model.logits(one)).numbers();
    for (let t = 0; t + 1 < one.length; t++) {
      const row = logits.slice(12 * t, 12 * (t + 1));
      nats += Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[one[t + 1]];
      count++;
    }
  }
  expect(await textLoss(model, texts)).toBeCloseTo(nats / count, 5);
  await expect(textLoss(model, [[1]])).rejects.toThrow("no text has a second token");
});

it("retrieves the function of a prompt", async () => {
  const centroids = await functionCentroids(model, functions);
  const fresh = [...randomTexts(31, 8, 9, 0, 6), ...randomTexts(32, 8, 9, 6, 12)];
  const found = await retrieveFunction(model, centroids, fresh);
  const right = found.filter((name, i) => name === (i < 8 ? "low" : "high"));
  expect(right.length).toBeGreaterThanOrEqual(14);
});
