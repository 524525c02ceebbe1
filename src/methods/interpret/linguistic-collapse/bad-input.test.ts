import { expect, it } from "vitest";
import { exportOnnx, importOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { type Gpt, gpt, init, linear } from "../../../nn/index.ts";
import { onnxLanguageModel } from "../../../probe/index.ts";
import {
  collapseTrend,
  DecisionAccumulator,
  findHead,
  geometry,
  labelledBatches,
  MeanAccumulator,
  type Measured,
  measures,
  neuralCollapse,
  packedText,
  VarianceAccumulator,
} from "./index.ts";

const rng = new Rng(1);
const vocabulary = 12;
const params: Gpt<Tensor> = init.gpt(rng.split("model"), { vocabulary, width: 6, layers: 1, heads: 2, context: 8 });
const file = exportOnnx((t: Value) => gpt(params, t, { heads: 2 }), [Tensor.zeros([8, 8], "int64")], {
  names: ["input_ids"],
});
const imported = importOnnx(file);
const model = onnxLanguageModel(imported, { name: "tiny", tokenize: () => [], causal: true });
const tokens = Array.from({ length: 300 }, () => rng.int(0, vocabulary));
const text = packedText(tokens, { steps: 8, size: 8 });

it("an embedding taken before the final norm is refused, and the one that fits is named", async () => {
  const { embedding: final, weight } = findHead(model);
  const before = imported.nodes.find(({ outputs }) => outputs.includes(final))?.inputs[0] ?? "";
  await expect(neuralCollapse(model, text, text, { at: { embedding: before, weight } })).rejects.toMatchObject({
    code: "argument",
    message: expect.stringMatching(/is not the logits \(difference/),
    advice: expect.stringContaining(`Take "${final}"`),
  });
  await expect(neuralCollapse(model, text, text, { at: { embedding: "nothing", weight } })).rejects.toMatchObject({
    code: "unknown-layer",
  });
  await expect(neuralCollapse(model, text, text, { at: { embedding: final, weight: "none" } })).rejects.toThrow(
    /no weight "none"/,
  );
});

it("a head that is none, and labels that the model has not", async () => {
  const flat = importOnnx(exportOnnx((x: Value) => x.relu(), [Tensor.zeros([2, 3])]));
  await expect(neuralCollapse(flat, [], [])).rejects.toThrow(/no head is recognised: it ends in Relu/);
  const classifier = importOnnx(
    exportOnnx((x: Value) => linear(init.linear(new Rng(1), 4, 3), x), [Tensor.zeros([6, 4])]),
  );
  const data = (labels: number[]) =>
    labelledBatches({ inputs: rng.normal([6, 4]), labels: Tensor.of(labels, [6], "int32") });
  await expect(neuralCollapse(classifier, data([0, 1, 2, 3, 1, 1]), [])).rejects.toMatchObject({
    code: "bad-labels",
    message: /label 3 is beyond the 3 classes/,
  });
  await expect(neuralCollapse(classifier, [], [])).rejects.toMatchObject({ code: "no-data" });
});

it("too few classes, or classes of one vector, are refused with their counts and what to do", () => {
  const one = new MeanAccumulator(50, 2);
  one.add(
    Float32Array.from({ length: 24 }, (_, i) => i),
    [7, 7, 7, 7, 7, 7, 7, 7, 3, 4, 5, 6],
  );
  expect(() => one.means()).toThrow(
    /1 of 5 classes have 5 vectors or more \(12 vectors in all, 8 of the most frequent class\)/,
  );
  expect(() => one.means(1)).toThrow(/4 of 5 classes have one vector only/);
  let advice: unknown;
  try {
    one.means();
  } catch (error) {
    advice = error instanceof Error && "advice" in error ? error.advice : undefined;
  }
  expect(advice).toMatch(/smaller vocabulary, or more text/);
  expect(() => one.add(Float32Array.of(1, 2), [50])).toThrow(/none of the classes 0 … 49/);
  expect(() => one.add(Float32Array.of(1, 2, 3), [1])).toThrow(/1 labels for 1.5 vectors/);
  one.add(Float32Array.of(Number.NaN, 1), [7]);
  expect(() => one.means(2)).toThrow(/1 of 5 classes/);
  one.add(Float32Array.of(1, 1), [3]);
  expect(() => one.means(2)).toThrow(/vector of class 7 is not finite/);
});

it("padding that is counted as a class is noticed", async () => {
  const padded = Array.from({ length: 400 }, (_, i) => (i % 8 < 5 ? 0 : rng.int(0, vocabulary)));
  const batches = packedText(padded, { steps: 8, size: 8 });
  const { warnings } = await neuralCollapse(model, batches, batches, { minCount: 2 });
  expect(warnings).toEqual([expect.stringMatching(/^6\d % of the positions have the label 0.*mask/)]);
  expect((await neuralCollapse(model, text, text)).warnings).toEqual([]);
});

it("means and variances, or decisions, of other models or data do not go together", () => {
  const rows = Float64Array.from({ length: 40 }, () => rng.gaussian());
  const labels = Array.from({ length: 20 }, (_, i) => i % 2);
  const meansOf = (vectors: Float64Array) => {
    const sums = new MeanAccumulator(2, 2);
    sums.add(vectors, labels);
    return sums.means();
  };
  const means = meansOf(rows);
  const other = meansOf(rows.map((value, i) => (i === 0 ? value + 1e-9 : value)));
  const [squares, others] = [new VarianceAccumulator(means), new VarianceAccumulator(other)];
  expect(() => squares.merge(others)).toThrow(/do not belong to the means/);
  expect(() => VarianceAccumulator.from(means, others.state())).toThrow(/begin again|do not belong/);
  expect(() => new DecisionAccumulator(means).merge(new DecisionAccumulator(other))).toThrow(
    /do not belong to the means/,
  );
  squares.add(rows, labels);
  squares.add(rows, labels);
  expect(() => squares.variances()).toThrow(/class 0 has 20 vectors, and had 10 when its mean was taken/);
  others.add(
    rows.map((value) => value + 0.01),
    labels,
  );
  expect(() => others.variances()).toThrow(/is not that of its vectors/);
  const wide = new MeanAccumulator(2, 3);
  expect(() => wide.merge(new MeanAccumulator(2, 2))).toThrow(/differ in classes/);
});

it("too many pairs are refused, and a sample is offered", async () => {
  const classes = 70_000;
  const sums = new MeanAccumulator(classes, 1);
  const labels = Int32Array.from({ length: 2 * classes }, (_, i) => i % classes);
  sums.add(
    Float32Array.from(labels, (label) => label / classes),
    labels,
  );
  const means = sums.means(2);
  const head = { weight: new Float64Array(classes) };
  const spread = new Float64Array(classes).fill(1e-6);
  await expect(geometry(means, spread, head)).rejects.toMatchObject({
    code: "too-large",
    advice: expect.stringMatching(/sample: 20000.*standard errors/),
  });
  const some = await geometry(means, spread, head, { sample: 200 });
  expect(some.standardErrors?.cdnv).toBeGreaterThan(0);
});

it("trends: a measure that falls with the loss, one that has nothing to do with it", () => {
  const models = Array.from({ length: 12 }, (_, i): Measured => {
    const report = Object.fromEntries(measures.map((measure) => [measure, rng.random()])) as Measured["report"];
    return { tags: { width: i % 4 }, loss: i, report: { ...report, cdnv: 2 ** i, agreement: -i, cosMean: 1 } };
  });
  const trends = collapseTrend(models, { shuffles: 2000 });
  const of = (measure: string) => trends.find((trend) => trend.measure === measure);
  expect(of("cdnv")).toMatchObject({ spearman: expect.closeTo(1, 12), spearmanP: expect.closeTo(1 / 2001, 12) });
  expect(of("cdnv")?.pearson).toBeLessThan(0.8);
  expect(of("agreement")).toMatchObject({ spearman: expect.closeTo(-1, 12), pearson: expect.closeTo(-1, 12) });
  expect(of("cosMean")).toMatchObject({ spearman: 0, spearmanP: 1, relativeRange: 0 });
  expect(of("dualVar")?.spearmanP).toBeGreaterThan(0.01);
  expect(() => collapseTrend(models.slice(2, 4))).toThrow(/2 models/);
});
