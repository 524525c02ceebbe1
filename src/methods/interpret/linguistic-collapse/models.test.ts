import { expect, it } from "vitest";
import {
  collect,
  compile,
  decodeModel,
  encodeModel,
  exportOnnx,
  importOnnx,
  Rng,
  Tensor,
  type Value,
} from "../../../graph/index.ts";
import { int, ints, network, node, port } from "../../../graph/testing/proto.ts";
import { type Gpt, gpt, init, linear } from "../../../nn/index.ts";
import { readDecoder } from "../../../probe/architectures/index.ts";
import { cases, configOf, storedFile } from "../../../probe/architectures/testing/cases.ts";
import { DecoderNetwork, OnnxNetwork, onnxLanguageModel, TextModel } from "../../../probe/index.ts";
import { onnxDecoder } from "../../../probe/language/testing/onnx-decoder.ts";
import { directMeasures } from "./experiment/direct.ts";
import { findHead, labelledBatches, measures, neuralCollapse, packedText, paddedTexts } from "./index.ts";

const textOf = (rng: Rng, length: number, vocabulary: number) => {
  // Each token often calls for the next one, so that classes differ.
  const tokens = [0];
  while (tokens.length < length)
    tokens.push(rng.random() < 0.6 ? (tokens[tokens.length - 1] * 3 + 1) % vocabulary : rng.int(0, vocabulary));
  return tokens;
};

const decoderOf = async (name: string) =>
  new TextModel(new DecoderNetwork(await readDecoder(JSON.stringify(configOf(name)), await storedFile(name), name)), {
    name,
  });

function expectAlike(a: number, b: number): void {
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-5 * Math.abs(b));
}

const heads = 2;
function smallGpt(rng: Rng, tied = true): { params: Gpt<Tensor>; model: TextModel } {
  const [vocabulary, width, layers, context] = [20, 8, 1, 16];
  const params = init.gpt(rng, { vocabulary, width, layers, heads, context, tied });
  const sizes = { vocabulary, width, layers, heads, keyValueHeads: heads, headWidth: 4, hidden: 32, context };
  const model = new TextModel(new DecoderNetwork({ architecture: "gpt2", sizes, params, options: { heads } }), {
    name: "small",
  });
  return { params, model };
}

it.each(cases)("%s: head and embedding are found, and the passes run", async (name) => {
  const model = await decoderOf(name);
  const found = findHead(model);
  expect([found.embedding, found.count]).toEqual(["final", 20]);
  expect(found.tied).toBe(found.weight === "tokens/weight");
  const rng = new Rng(1);
  const [train, val] = [textOf(rng, 700, 20), textOf(rng, 60, 20)];
  const report = await neuralCollapse(
    model,
    packedText(train, { steps: 12, size: 8 }),
    packedText(val, { steps: 8, size: 3 }),
  );
  expect(report.classes).toBe(20);
  for (const measure of measures) expect(report[measure]).not.toBeNaN();
  // The loss, from logits of each row by itself.
  let loss = 0;
  for (let row = 0; row < 7; row++) {
    const logits = (await model.logits(val.slice(8 * row, 8 * row + 8))).numbers();
    for (let i = 0; i < 8; i++) {
      const line = logits.subarray(20 * i, 20 * i + 20);
      loss += Math.log(line.reduce((sum, z) => sum + Math.exp(z), 0)) - line[val[8 * row + i + 1]];
    }
  }
  expect(report.positions).toBe(56);
  expect(report.loss).toBeCloseTo(loss / 56, 4);
  await model.release();
});

it("a model's report is what the formulas say of its embeddings, with labels of the next token", async () => {
  const rng = new Rng(4);
  const { params, model } = smallGpt(rng.split("model"));
  const [train, val] = [textOf(rng, 481, 20), textOf(rng, 97, 20)];
  const report = await neuralCollapse(
    model,
    packedText(train, { steps: 16, size: 10 }),
    packedText(val, { steps: 16, size: 2 }),
    { minCount: 1 },
  );
  const rowsOf = async (tokens: readonly number[]) => {
    const run = compile(
      (t: Value) =>
        collect(
          (x: Value) => gpt(params, x, { heads }),
          (name) => name === "final",
        )(t).taps.final,
    );
    const rows = (tokens.length - 1) / 16;
    const h = (await run(Tensor.of(tokens.slice(0, -1), [rows, 16], "int64"))).numbers();
    await run.release();
    return tokens.slice(1).map((label, i) => ({ label, h: Array.from(h.subarray(8 * i, 8 * i + 8)) }));
  };
  const [trained, decided] = [await rowsOf(train), await rowsOf(val)];
  const byClass = Array.from({ length: 20 }, (_, c) => trained.filter(({ label }) => label === c).map(({ h }) => h));
  const head = Array.from({ length: 20 }, (_, c) =>
    Array.from(params.tokens.weight.numbers().subarray(8 * c, 8 * c + 8)),
  );
  const direct = directMeasures(
    byClass,
    head,
    decided.map(({ h }) => h),
  );
  for (const measure of measures) expectAlike(report[measure], direct[measure]);
  expect(report.perClass.map(({ n }) => n)).toEqual(byClass.map(({ length }) => length));
});

it("what fills up texts does not count: padded texts are as texts by themselves", async () => {
  const rng = new Rng(6);
  const { model } = smallGpt(rng.split("model"));
  const texts = Array.from({ length: 40 }, () => textOf(rng, rng.int(5, 14), 20));
  const alone = texts.map((text) => ({ tokens: Tensor.of(text, [1, text.length], "int32") }));
  const padded = await neuralCollapse(model, paddedTexts(texts, 7), paddedTexts(texts.slice(0, 9), 4));
  const each = await neuralCollapse(model, () => alone, alone.slice(0, 9));
  for (const measure of measures) expectAlike(padded[measure], each[measure]);
  expect(padded.positions).toBe(each.positions);
  expect(padded.loss).toBeCloseTo(each.loss, 5);
});

it("ONNX language models: an untied head as it is exported, a tied one, one with a tokenizer of one's own", async () => {
  const own = new TextModel(new OnnxNetwork(decodeModel(onnxDecoder(false)), { name: "own" }), { name: "own" });
  const head = findHead(own);
  expect(head).toMatchObject({ weight: "head", classes: "columns", width: 8, count: 16, tied: false });
  const rng = new Rng(8);
  const [train, val] = [
    packedText(textOf(rng, 600, 16), { steps: 10 }),
    packedText(textOf(rng, 120, 16), { steps: 10 }),
  ];
  expect((await neuralCollapse(own, train, val)).classes).toBe(16);

  for (const tied of [true, false]) {
    const { params, model } = smallGpt(rng.split("model"), tied);
    const file = exportOnnx((t: Value) => gpt(params, t, { heads }), [Tensor.zeros([32, 10], "int64")], {
      names: ["input_ids"],
    });
    const exported = onnxLanguageModel(importOnnx(file), { tokenize: () => [], causal: true });
    expect(findHead(exported).count).toBe(20);
    const [a, b] = [packedText(textOf(rng, 600, 20), { steps: 10 }), packedText(textOf(rng, 90, 20), { steps: 10 })];
    const [built, read] = [await neuralCollapse(model, a, b), await neuralCollapse(exported, a, b)];
    for (const measure of measures) expectAlike(read[measure], built[measure]);
  }
});

it("a head that is the tokens' vectors is recognised in a file", () => {
  const nodes = [
    node("Gather", ["vectors", "input_ids"], ["words"]),
    node("Relu", ["words"], ["final"]),
    node("Transpose", ["vectors"], ["turned"], [ints("perm", [1, 0])]),
    node("MatMul", ["final", "turned"], ["logits"]),
  ];
  const [inputs, outputs] = [[port("input_ids", ["N", "T"], "int64")], [port("logits", ["N", "T", 9])]];
  const file = importOnnx(encodeModel(network(17, nodes, inputs, outputs, { vectors: new Rng(1).normal([9, 4]) })));
  expect(findHead(onnxLanguageModel(file, { tokenize: () => [] }))).toEqual({
    embedding: "final",
    weight: "vectors",
    classes: "rows",
    width: 4,
    count: 9,
    tied: true,
  });
});

it("ONNX classifiers: a product and its bias, a Gemm turned round behind a flattening, a softmax at the end", async () => {
  const rng = new Rng(2);
  const [classes, per] = [5, 40];
  const inputs = rng.normal([classes * per, 12]);
  const labels = Tensor.of(
    Array.from({ length: classes * per }, (_, i) => i % classes),
    [classes * per],
    "int32",
  );
  const [hidden, top] = [init.linear(rng.split("hidden"), 12, 7), init.linear(rng.split("top"), 7, classes)];
  const shifted = { ...top, bias: rng.normal([classes]) };
  const logits = (x: Value) => linear(shifted, linear(hidden, x).relu());
  const example: [Tensor] = [Tensor.zeros([1, 12])];
  const plain = importOnnx(exportOnnx(logits, example, { batch: { name: "N", arguments: [0] } }));
  const soft = importOnnx(
    exportOnnx((x: Value) => logits(x).softmax(), example, { batch: { name: "N", arguments: [0] } }),
  );
  const data = labelledBatches({ inputs, labels }, 33);
  const [a, b] = [await neuralCollapse(plain, data, data), await neuralCollapse(soft, data, data)];
  expect(findHead(plain).bias).toBeDefined();
  for (const measure of [...measures, "loss"] as const) expectAlike(b[measure], a[measure]);

  const turned = Tensor.of(
    Array.from({ length: 35 }, (_, i) => Number(top.weight.data[(i % 7) * classes + Math.floor(i / 7)])),
    [classes, 7],
  );
  const gemm = encodeModel(
    network(
      17,
      [
        node("MatMul", ["x", "w0"], ["a"]),
        node("Add", ["a", "b0"], ["sum"]),
        node("Relu", ["sum"], ["features"]),
        node("Flatten", ["features"], ["flat"]),
        node("Gemm", ["flat", "w", "b"], ["logits"], [int("transB", 1)]),
      ],
      [port("x", ["N", 12])],
      [port("logits", ["N", classes]), port("features", ["N", 7])],
      { w0: hidden.weight, b0: hidden.bias ?? Tensor.zeros([7]), w: turned, b: shifted.bias },
    ),
  );
  const third = importOnnx(gemm);
  expect(findHead(third)).toMatchObject({ embedding: "flat", weight: "w", bias: "b", classes: "rows" });
  const report = await neuralCollapse(third, data, data, { at: { embedding: "features", weight: "w", bias: "b" } });
  for (const measure of measures) expectAlike(report[measure], a[measure]);
});
