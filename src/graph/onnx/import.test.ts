import { describe, expect, it } from "vitest";
import { runtime } from "#runtime";
import { compile } from "../compile.ts";
import { grad } from "../derivative.ts";
import { collect, intervene } from "../names.ts";
import { Rng } from "../rng.ts";
import { Tensor } from "../tensor.ts";
import { float, int, ints, model, node, text } from "../testing/proto.ts";
import type { Value } from "../value.ts";
import { attributeToProto } from "./attribute.ts";
import { encodeModel } from "./codec.ts";
import { exportOnnx } from "./export-function.ts";
import { importOnnx } from "./import.ts";
import type { AttributeProto, ModelProto, NodeProto, TensorProto } from "./schema.ts";
import { tensorToProto } from "./tensor.ts";

/** Runs the file as it is, and as imported, traced and exported again; both must agree. */
async function agree(proto: ModelProto, x: Tensor): Promise<Tensor> {
  const bytes = encodeModel(proto);
  const raw = await runtime.createSession(bytes);
  const expected = (await raw.run({ x })).y;
  await raw.release();
  const imported = importOnnx(bytes);
  const run = compile((v: Value) => imported.apply(imported.params, { x: v }).y);
  const actual = await run(x);
  await run.release();
  expect(actual.shape).toEqual(expected.shape);
  const scale = Math.max(...expected.numbers().map(Math.abs), 1e-6);
  for (const [i, value] of expected.numbers().entries())
    expect(Math.abs(actual.numbers()[i] - value)).toBeLessThanOrEqual(1e-5 * scale);
  return actual;
}

const rng = new Rng(5);
const image = rng.normal([2, 4, 6, 6]);

describe("old operator sets mean what they meant", () => {
  const cases: readonly [string, number, NodeProto, TensorProto[]?][] = [
    ["Softmax 12 flattens from axis 1", 12, node("Softmax", ["x"], ["y"])],
    ["Softmax 12 at axis 2", 12, node("Softmax", ["x"], ["y"], [int("axis", 2)])],
    ["LogSoftmax 11 at the last axis", 11, node("LogSoftmax", ["x"], ["y"], [int("axis", 3)])],
    ["ReduceMean 13 with axes as attribute", 13, node("ReduceMean", ["x"], ["y"], [ints("axes", [2, 3])])],
    [
      "ReduceSum 11 with axes as attribute",
      11,
      node("ReduceSum", ["x"], ["y"], [ints("axes", [1]), int("keepdims", 0)]),
    ],
    ["Unsqueeze 11", 11, node("Unsqueeze", ["x"], ["y"], [ints("axes", [0])])],
    ["Clip 6 with bounds as attributes", 7, node("Clip", ["x"], ["y"], [float("min", -0.5), float("max", 0.25)])],
    ["Pad 2", 9, node("Pad", ["x"], ["y"], [ints("pads", [0, 0, 1, 2, 0, 0, 0, 1]), float("value", 1.5)])],
    [
      "Slice 1",
      9,
      node("Slice", ["x"], ["y"], [ints("starts", [1, -3]), ints("ends", [3, 100]), ints("axes", [1, 3])]),
    ],
    ["Dropout 7", 7, node("Dropout", ["x"], ["y"], [float("ratio", 0.5)])],
    [
      "Upsample 9",
      9,
      node("Upsample", ["x", "s"], ["y"], [text("mode", "nearest")]),
      [tensorToProto(Tensor.of([1, 1, 2, 2]), "s")],
    ],
    [
      "Upsample 7",
      7,
      node("Upsample", ["x"], ["y"], [text("mode", "nearest"), attributeToProto("scales", "floats", [1, 1, 2, 2])]),
    ],
    [
      "Resize 10",
      10,
      node("Resize", ["x", "s"], ["y"], [text("mode", "linear")]),
      [tensorToProto(Tensor.of([1, 1, 2, 2]), "s")],
    ],
  ];
  it.each(cases)("%s", async (_title, opset, n, initializers) => {
    await agree(model(opset, [n], [2, 4, 6, 6], initializers), image);
  });

  it("keeps the size of dilated convolutions, which ONNX Runtime refuses", async () => {
    const attributes = [text("auto_pad", "SAME_UPPER"), ints("dilations", [2, 2])];
    const w = tensorToProto(rng.normal([3, 4, 3, 3]), "w");
    const same = importOnnx(encodeModel(model(13, [node("Conv", ["x", "w"], ["y"], attributes)], [2, 4, 6, 6], [w])));
    const y = await compile((v: Value) => same.apply(same.params, { x: v }).y)(image);
    const pads = [ints("pads", [2, 2, 2, 2]), ints("dilations", [2, 2])];
    const explicit = await agree(model(13, [node("Conv", ["x", "w"], ["y"], pads)], [2, 4, 6, 6], [w]), image);
    expect(y.data).toEqual(explicit.data);
  });

  it("RMSNormalization 23 divides by the root of the mean square", async () => {
    const scale = tensorToProto(Tensor.of([1, 2, 3, 4, 5, 6]), "s");
    const imported = importOnnx(
      encodeModel(model(23, [node("RMSNormalization", ["x", "s"], ["y"])], [2, 4, 6, 6], [scale])),
    );
    const y = (await compile((v: Value) => imported.apply(imported.params, { x: v }).y)(image)).numbers();
    const row = image.numbers().subarray(0, 6);
    const root = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / 6 + 1e-5);
    for (const [i, v] of row.entries()) expect(y[i]).toBeCloseTo(((i + 1) * v) / root, 4);
  });

  it.each([
    ["LSTM", 4],
    ["GRU", 3],
    ["RNN", 1],
  ] as const)("%s 14 with the batch first, which ONNX Runtime refuses", async (op, gates) => {
    const sequence = rng.normal([3, 5, 2]);
    const weights = [rng.normal([2, gates * 4, 2]), rng.normal([2, gates * 4, 4])].map((w, i) =>
      tensorToProto(w, `w${i}`),
    );
    const file = (shape: number[], layout: number) =>
      model(
        14,
        [
          node(
            op,
            ["x", "w0", "w1"],
            ["y"],
            [
              text("direction", "bidirectional"),
              int("layout", layout),
              ...(layout === 0 ? [int("hidden_size", 4)] : []),
            ],
          ),
        ],
        shape,
        weights,
      );
    const batchFirst = importOnnx(encodeModel(file([3, 5, 2], 1)));
    const swapped = await compile((v: Value) => v.transpose([1, 0, 2]))(sequence);
    const stepsFirst = await agree(file([5, 3, 2], 0), swapped);
    const y = await compile((v: Value) => batchFirst.apply(batchFirst.params, { x: v }).y.transpose([1, 2, 0, 3]))(
      sequence,
    );
    expect(y).toEqual(stepsFirst);
  });

  it("Split 11 and Split 13 without sizes", async () => {
    const nodes = (sizes: AttributeProto[]) => [
      node("Split", ["x"], ["a", "b"], [int("axis", 1), ...sizes]),
      node("Sub", ["a", "b"], ["y"]),
    ];
    await agree(model(11, nodes([ints("split", [2, 2])]), [2, 4, 6, 6]), image);
    await agree(model(13, nodes([]), [2, 4, 6, 6]), image);
  });
});

describe("importOnnx", () => {
  const weights = [tensorToProto(rng.normal([3, 4, 3, 3]), "w"), tensorToProto(rng.normal([3]), "b")];
  const net = model(
    13,
    [
      node("Conv", ["x", "w", "b"], ["c"], [ints("pads", [1, 1, 1, 1])]),
      node("Relu", ["c"], ["r"]),
      // Shape arithmetic as exporters write it: flatten all but the batch axis.
      node("Shape", ["r"], ["s"]),
      node("Gather", ["s", "zero"], ["n"]),
      node("Unsqueeze", ["n", "axes"], ["n1"]),
      node("Concat", ["n1", "rest"], ["target"], [int("axis", 0)]),
      node("Reshape", ["r", "target"], ["y"]),
    ],
    ["N", 4, 6, 6],
    [
      ...weights,
      tensorToProto(Tensor.scalar(0, "int64"), "zero"),
      tensorToProto(Tensor.of([0], [1], "int64"), "axes"),
      tensorToProto(Tensor.of([-1], [1], "int64"), "rest"),
    ],
  );

  it("computes what the file says", async () => {
    expect((await agree(net, image)).shape).toEqual([2, 108]);
  });

  it("folds shape arithmetic: no node of it is left", () => {
    const imported = importOnnx(encodeModel(net));
    const traced = compile((v: Value) => imported.apply(imported.params, { x: v }).y).onnx(image);
    expect(importOnnx(traced).nodes.map(({ op }) => op)).toEqual(["Conv", "Relu", "Reshape"]);
  });

  it("calls float weights parameters, and what decides shapes constants", () => {
    expect(Object.keys(importOnnx(encodeModel(net)).params)).toEqual(["w", "b"]);
  });

  it("is tapped, edited and differentiated like any function", async () => {
    const imported = importOnnx(encodeModel(net));
    const apply = (x: Value) => imported.apply(imported.params, { x }).y;
    const { taps } = await compile((v: Value) => collect(apply)(v))(image);
    expect(Object.keys(taps)).toEqual(["c", "r", "y"]);
    const silent = await compile((v: Value) => intervene(apply, { r: (r) => r.mul(0) })(v))(image);
    expect(silent.numbers().every((value) => value === 0)).toBe(true);
    const loss = (p: Record<string, Value>, x: Value) => imported.apply(p, { x }).y.sum();
    const g = await compile((p: Record<string, Value>, x: Value) => grad(loss)(p, x))(imported.params as never, image);
    expect(g.w.shape).toEqual([3, 4, 3, 3]);
    expect(g.b.numbers().every((value) => value > 0)).toBe(true);
  });

  it("round trip: an exported function comes back the same, with the batch left open", async () => {
    const w = rng.normal([5, 3]);
    const f = (x: Value) => ({ hidden: x.matmul(w).relu(), total: x.matmul(w).sum(1) });
    const bytes = exportOnnx(f, [Tensor.zeros([2, 5])], { names: ["x"], batch: { name: "N", arguments: [0] } });
    const back = importOnnx(bytes);
    expect(back.inputs).toEqual([{ name: "x", dtype: "float32", shape: ["N", 5] }]);
    expect(back.outputs.map(({ name }) => name)).toEqual(["hidden", "total"]);
    const x = rng.normal([7, 5]);
    const [a, b] = await Promise.all([compile(f)(x), compile((v: Value) => back.apply(back.params, { x: v }))(x)]);
    expect(b.total.data).toEqual(a.total.data);
  });

  it("refuses to leave the batch open where the graph depends on it", () => {
    const f = (x: Value) => x.mul(x.shape[0]);
    expect(() => exportOnnx(f, [Tensor.zeros([2, 5])], { batch: { name: "N", arguments: [0] } })).toThrow(
      "depends on the size of the axis",
    );
  });

  it("reads If whose condition shapes decide", async () => {
    const branch = (name: string, op: string) => ({
      name,
      floats: [],
      ints: [],
      strings: [],
      type: 5,
      g: {
        name,
        node: [node(op, ["x"], [`${name}_y`])],
        initializer: [],
        input: [],
        output: [{ name: `${name}_y` }],
        valueInfo: [],
        sparseInitializer: [],
      },
    });
    const proto = model(
      13,
      [
        node("Size", ["x"], ["n"]),
        node("Greater", ["n", "limit"], ["big"]),
        node("If", ["big"], ["y"], [branch("then_branch", "Relu"), branch("else_branch", "Neg")]),
      ],
      ["N", 4, 6, 6],
      [tensorToProto(Tensor.scalar(100, "int64"), "limit")],
    );
    const y = await agree(proto, image);
    expect(Math.min(...y.numbers())).toBe(0);
  });
});
