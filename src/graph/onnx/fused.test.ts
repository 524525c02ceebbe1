import { describe, expect, it } from "vitest";
import { Rng } from "../rng.ts";
import { Tensor } from "../tensor.ts";
import { checkImport, checkTensors } from "../testing/check-import.ts";
import { float, fusedNode, int, network, node, port, text } from "../testing/proto.ts";
import { attributeToProto } from "./attribute.ts";
import { encodeModel } from "./codec.ts";
import { importOnnx } from "./import.ts";
import type { AttributeProto } from "./schema.ts";

const rng = new Rng(7);
const floats = (name: string, values: number[]) => attributeToProto(name, "floats", values);

/** One fused node on x and weights. */
function single(
  op: string,
  x: Tensor,
  weights: Record<string, Tensor | undefined>,
  attributes: AttributeProto[] = [],
  outputs = ["y"],
) {
  const present = Object.entries(weights).filter((entry): entry is [string, Tensor] => entry[1] !== undefined);
  const names = Object.entries(weights).map(([name, tensor]) => (tensor ? name : ""));
  const ports = outputs.filter((name) => name !== "").map((name) => port(name));
  const made = fusedNode(op, ["x", ...names], outputs, attributes);
  return network(17, [made], [port("x", x.shape, x.dtype)], ports, Object.fromEntries(present));
}

describe("fused ops, taken apart, compute what ONNX Runtime does, and have gradients", () => {
  const x = rng.normal([2, 3, 8]);
  const vector = () => rng.normal([8]);

  it.each([
    ["Gelu", {}, []],
    ["BiasGelu", { b: vector() }, []],
    ["FastGelu", { b: vector() }, []],
    ["FastGelu", {}, []],
    ["QuickGelu", {}, [float("alpha", 1.5)]],
  ] as const)("%s", async (op, weights, attributes) => {
    await checkImport(single(op, x, weights, [...attributes]), { x }, { tolerance: 2e-5 });
  });

  it("SkipLayerNormalization, with all its outputs", async () => {
    const weights = { skip: rng.normal([2, 3, 8]), gamma: vector(), beta: vector(), bias: vector() };
    await checkImport(single("SkipLayerNormalization", x, weights, [float("epsilon", 1e-5)], ["y", "", "", "sum"]), {
      x,
    });
    await checkImport(single("SkipLayerNormalization", x, { ...weights, bias: undefined }), { x });
  });

  it("SkipSimplifiedLayerNormalization", async () => {
    const weights = { skip: rng.normal([2, 3, 8]), gamma: vector(), bias: vector() };
    const attributes = [float("epsilon", 1e-5)];
    await checkImport(single("SkipSimplifiedLayerNormalization", x, weights, attributes, ["y", "", "", "sum"]), { x });
  });

  it("EmbedLayerNormalization", async () => {
    const ids = Tensor.of([3, 1, 4, 1, 5, 2], [2, 3], "int32");
    const weights = {
      segments: Tensor.of([0, 0, 1, 0, 1, 1], [2, 3], "int32"),
      words: rng.normal([6, 8]),
      positions: rng.normal([4, 8]),
      kinds: rng.normal([2, 8]),
      gamma: vector(),
      beta: vector(),
      mask: Tensor.of([1, 1, 0, 1, 1, 1], [2, 3], "int32"),
    };
    const proto = single("EmbedLayerNormalization", ids, weights, [float("epsilon", 1e-5)], ["y", "length"]);
    const ports = [port("y"), port("length", [2], "int32")];
    await checkImport({ ...proto, graph: proto.graph && { ...proto.graph, output: ports } }, { x: ids });
  });

  it.each([0, 1])("RotaryEmbedding, interleaved %i", async (interleaved) => {
    const angles = Array.from({ length: 5 * 2 }, (_, i) => i * 0.3);
    const weights = {
      positions: Tensor.of([0, 1, 2, 2, 3, 4], [2, 3], "int64"),
      cos: Tensor.of(angles.map(Math.cos), [5, 2]),
      sin: Tensor.of(angles.map(Math.sin), [5, 2]),
    };
    await checkImport(single("RotaryEmbedding", x, weights, [int("interleaved", interleaved)]), { x });
    const apart = rng.normal([2, 2, 3, 4]);
    await checkImport(single("RotaryEmbedding", apart, weights, [int("interleaved", interleaved)]), { x: apart });
    const partly = [int("rotary_embedding_dim", 4), int("num_heads", 1), int("interleaved", interleaved)];
    await checkImport(single("RotaryEmbedding", x, { ...weights, positions: Tensor.of([1], [1], "int64") }, partly), {
      x,
    });
  });

  it("FusedConv and FusedGemm", async () => {
    const image = rng.normal([1, 2, 5, 5]);
    const weights = { w: rng.normal([3, 2, 3, 3]), b: rng.normal([3]), z: rng.normal([1, 3, 3, 3]) };
    await checkImport(single("FusedConv", image, weights, [text("activation", "Relu")]), { x: image });
    const leaky = [text("activation", "LeakyRelu"), floats("activation_params", [0.25])];
    await checkImport(single("FusedConv", image, { ...weights, z: undefined }, leaky), { x: image });
    const rows = rng.normal([4, 8]);
    const gemm = { w: rng.normal([3, 8]), b: rng.normal([3]) };
    await checkImport(single("FusedGemm", rows, gemm, [int("transB", 1), text("activation", "Tanh")]), { x: rows });
    await checkImport(
      single("FusedGemm", rows, gemm, [int("transB", 1), text("activation", "Elu"), float("activation_alpha", 0.5)]),
      { x: rows },
    );
  });
});

describe("quantised ops of ONNX Runtime, taken apart", () => {
  const q = (shape: number[], dtype: "uint8" | "int8" = "uint8") =>
    Tensor.of(
      Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        () => Math.floor(rng.random() * (dtype === "int8" ? 100 : 200)) - (dtype === "int8" ? 50 : 0),
      ),
      shape,
      dtype,
    );
  const s = (value: number) => Tensor.scalar(value);
  const z = (value: number, dtype: "uint8" | "int8" = "uint8") => Tensor.scalar(value, dtype);
  // One step of 200.
  const aStep = { tolerance: 1.01 / 200 };
  const quantised = async (
    op: string,
    x: Tensor,
    weights: Record<string, Tensor>,
    attributes: AttributeProto[] = [],
  ) => {
    const proto = single(op, x, weights, attributes);
    if (proto.graph) proto.graph.output = [port("y", undefined, x.dtype)];
    await checkTensors(proto, { x }, aStep);
  };
  const x = q([2, 3, 4, 4]);
  const image = { xs: s(0.02), xz: z(100) };
  const result = { ys: s(0.05), yz: z(90) };

  it.each(["QLinearAdd", "QLinearMul"])("%s", async (op) => {
    await quantised(op, x, { ...image, b: q([4]), bs: s(0.03), bz: z(110), ...result });
  });

  it("of one operand", async () => {
    const unit = { ys: s(1 / 256), yz: z(0) };
    await quantised("QLinearSigmoid", x, { ...image, ...unit });
    await quantised("QLinearLeakyRelu", x, { ...image, ...result }, [float("alpha", 0.1)]);
    await quantised("QLinearSoftmax", x, { ...image, ...unit }, [int("axis", -1), int("opset", 13)]);
    await quantised("QLinearGlobalAveragePool", x, { ...image, ys: s(0.005), yz: z(128) }, [int("channels_last", 0)]);
    await quantised("QLinearGlobalAveragePool", x, { ...image, ys: s(0.005), yz: z(128) }, [int("channels_last", 1)]);
    await quantised("QLinearAveragePool", x, { ...image, ...result }, [
      attributeToProto("kernel_shape", "ints", [2, 2]),
    ]);
  });

  it("QLinearConcat", async () => {
    const nodes = [fusedNode("QLinearConcat", ["ys", "yz", "x", "xs", "xz", "b", "bs", "bz"], ["y"], [int("axis", 1)])];
    const weights = { ...image, ...result, b: q([2, 1, 4, 4]), bs: s(0.04), bz: z(120) };
    await checkTensors(
      network(17, nodes, [port("x", x.shape, "uint8")], [port("y", undefined, "uint8")], weights),
      { x },
      aStep,
    );
  });

  it("QGemm, quantised and float", async () => {
    const rows = q([4, 8]);
    const bias = Tensor.of([100, -200, 300], [3], "int32");
    const weights = {
      xs: s(0.02),
      xz: z(100),
      b: q([3, 8], "int8"),
      bs: Tensor.of([0.01, 0.02, 0.03]),
      bz: Tensor.zeros([3], "int8"),
      c: bias,
    };
    await quantised("QGemm", rows, { ...weights, ys: s(0.05), yz: z(90) }, [int("transB", 1)]);
    await checkTensors(single("QGemm", rows, weights, [int("transB", 1)]), { x: rows });
  });

  it("DynamicQuantizeMatMul and MatMulIntegerToFloat", async () => {
    const rows = rng.normal([4, 8]);
    const weights = { b: q([8, 3], "int8"), bs: s(0.01), bz: z(2, "int8"), bias: rng.normal([3]) };
    await checkTensors(single("DynamicQuantizeMatMul", rows, weights), { x: rows });
    const codes = q([4, 8]);
    const { b, ...rest } = weights;
    await checkTensors(
      single("MatMulIntegerToFloat", codes, { b, as: s(0.02), bs: rest.bs, az: z(100), bz: rest.bz, bias: rest.bias }),
      { x: codes },
    );
  });

  it("com.microsoft.DequantizeLinear and QuantizeLinear, of 16 bits before the standard had them", async () => {
    const nodes = [
      fusedNode("QuantizeLinear", ["x", "s", "z"], ["q"]),
      fusedNode("DequantizeLinear", ["q", "s", "z"], ["y"]),
    ];
    const floats = rng.normal([3, 4]);
    const weights = { s: s(0.001), z: Tensor.scalar(5, "int16") };
    await checkTensors(network(17, nodes, [port("x", [3, 4])], [port("y")], weights), { x: floats });
  });
});

describe("functions that a model defines", () => {
  const lists = { floats: [], ints: [], strings: [] };
  const affine = {
    name: "Affine",
    domain: "local",
    input: ["a", "w"],
    output: ["r"],
    attribute: ["axis"],
    attributeProto: [float("alpha", 0.5)],
    node: [
      node("MatMul", ["a", "w"], ["product"]),
      node("LeakyRelu", ["product"], ["bent"], [{ ...lists, name: "alpha", type: 1, refAttrName: "alpha" }]),
      node("Softmax", ["bent"], ["r"], [{ ...lists, name: "axis", type: 2, refAttrName: "axis" }]),
    ],
    opsetImport: [{ domain: "", version: 17 }],
  };
  const twice = {
    ...{ name: "Twice", domain: "local", input: ["a", "w"], output: ["r"], attribute: [], attributeProto: [] },
    node: [
      { ...node("Affine", ["a", "w"], ["once"], [int("axis", 1)]), domain: "local" },
      { ...node("Affine", ["once", "w"], ["r"], [int("axis", 0), float("alpha", 0.25)]), domain: "local" },
    ],
    opsetImport: [
      { domain: "", version: 17 },
      { domain: "local", version: 1 },
    ],
  };
  const x = rng.normal([4, 4]);
  const model = () => {
    const call = { ...node("Twice", ["x", "w"], ["y"]), name: "call", domain: "local" };
    const proto = network(17, [call], [port("x", [4, 4])], [port("y", [4, 4])], { w: rng.normal([4, 4]) });
    return {
      ...proto,
      functions: [affine, twice],
      opsetImport: [...proto.opsetImport, { domain: "local", version: 1 }],
    };
  };

  it("are replaced by what is inside", async () => {
    const imported = importOnnx(encodeModel(model()));
    expect(imported.nodes.map(({ op }) => op)).toEqual([
      "MatMul",
      "LeakyRelu",
      "Softmax",
      "MatMul",
      "LeakyRelu",
      "Softmax",
    ]);
    expect(imported.nodes[0].outputs).toEqual(["call/Affine_once/product"]);
    await checkImport(model(), { x });
  });

  it("may not call themselves, nor be of another operator set", () => {
    const own = { ...node("Affine", ["a", "w"], ["r"]), domain: "local" };
    expect(() => importOnnx(encodeModel({ ...model(), functions: [{ ...affine, node: [own] }, twice] }))).toThrow(
      "calls itself",
    );
    const older = { ...affine, opsetImport: [{ domain: "", version: 13 }] };
    expect(() => importOnnx(encodeModel({ ...model(), functions: [older, twice] }))).toThrow(
      "uses operator set 13, the model 17",
    );
  });

  it("may not unfold without bound", () => {
    const level = (k: number) => ({
      ...{
        name: `F${k}`,
        domain: "local",
        input: ["a"],
        output: ["r"],
        attribute: [],
        attributeProto: [],
        opsetImport: [],
      },
      node: Array.from({ length: 10 }, (_, i) =>
        k === 0
          ? node("Relu", ["a"], [i === 9 ? "r" : `r${i}`])
          : { ...node(`F${k - 1}`, ["a"], [i === 9 ? "r" : `r${i}`]), domain: "local" },
      ),
    });
    const call = { ...node("F9", ["x"], ["y"]), domain: "local" };
    const proto = network(17, [call], [port("x", [2])], [port("y", [2])]);
    const functions = Array.from({ length: 10 }, (_, k) => level(k));
    expect(() => importOnnx(encodeModel({ ...proto, functions }))).toThrow("unfold to more than 100000 nodes");
  });
});
