import { describe, expect, it } from "vitest";
import { compile } from "../../compile.ts";
import { grad } from "../../derivative.ts";
import { type DType, integerRange } from "../../dtype.ts";
import { type Shape, sizeOf, Tensor } from "../../tensor.ts";
import { checkTensors } from "../../testing/check-import.ts";
import { GraphBuilder } from "../../testing/graph-builder.ts";
import type { Value } from "../../value.ts";
import { encodeModel } from "../codec.ts";
import { importOnnx } from "../import.ts";

const codes = (g: GraphBuilder, shape: Shape, dtype: DType): Tensor => {
  const [least, most] = integerRange(dtype);
  return Tensor.of(
    Float64Array.from({ length: sizeOf(shape) }, () => g.rng.int(least, most + 1)),
    shape,
    dtype,
  );
};

/** Quantised and dequantised again, around every activation. */
function activation(g: GraphBuilder, x: string, name: string, scale: number, zero: number): string {
  const parameters = [
    g.tensor(`${name}_scale`, Tensor.scalar(scale)),
    g.tensor(`${name}_zero_point`, Tensor.scalar(zero, "uint8")),
  ];
  return g.add("DequantizeLinear", [g.add("QuantizeLinear", [x, ...parameters]), ...parameters]);
}

/** int8 weights, a scale per row; float scales of `size` for the bias in int32. */
function rows(g: GraphBuilder, name: string, shape: Shape, scaleX: number): [weight: string, bias: string] {
  const scales = Tensor.of(
    Array.from({ length: shape[0] }, () => 0.002 + 0.002 * g.rng.random()),
    [shape[0]],
  );
  const zeros = (dtype: DType) => Tensor.zeros([shape[0]], dtype);
  const weight = g.add(
    "DequantizeLinear",
    [
      g.tensor(`${name}_quantized`, codes(g, shape, "int8")),
      g.tensor(`${name}_scale`, scales),
      g.tensor(`${name}_zero_point`, zeros("int8")),
    ],
    { axis: 0 },
  );
  const bias = Tensor.of(
    Array.from({ length: shape[0] }, () => g.rng.int(-300, 300)),
    [shape[0]],
    "int32",
  );
  const biasScales = Tensor.of(
    scales.numbers().map((s) => s * scaleX),
    [shape[0]],
  );
  const names = [
    g.tensor(`${name}.bias_quantized`, bias),
    g.tensor(`${name}.bias_scale`, biasScales),
    g.tensor(`${name}.bias_zero_point`, zeros("int32")),
  ];
  return [weight, g.add("DequantizeLinear", names, { axis: 0 })];
}

describe("onnxruntime.quantization", () => {
  it("QDQ: a network with its weights per channel, the last layer in floats", async () => {
    const g = new GraphBuilder(13);
    const x = activation(g, g.input("input", ["N", 3, 8, 8]), "input", 0.03, 128);
    const [w, b] = rows(g, "conv.weight", [4, 3, 3, 3], 0.03);
    const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2], dilations: [1, 1], group: 1 };
    const made = activation(g, g.add("Relu", [g.add("Conv", [x, w, b], attributes)]), "relu", 0.02, 0);
    const pooled = activation(g, g.add("GlobalAveragePool", [made]), "pool", 0.01, 0);
    const flat = g.add("Flatten", [pooled], { axis: 1 });
    const [weight, bias] = rows(g, "fc.weight", [5, 4], 0.01);
    const logits = g.add("Gemm", [flat, weight, bias], { alpha: 1, beta: 1, transB: 1 });
    const proto = g.model({ logits });
    const input = g.rng.normal([2, 3, 8, 8]);
    // The runtime turns the exported model into integer kernels, which may round one step of a code otherwise.
    await checkTensors(proto, { input }, { exportTolerance: 0.02 });

    const model = importOnnx(encodeModel(proto));
    const loss = (params: Record<string, Value>, feed: Value) =>
      model.apply(params, { input: feed }).logits.square().sum();
    const gradients = await compile((params: Record<string, Value>, feed: Value) => grad(loss)(params, feed))(
      model.params as never,
      input,
    );
    const flowing = Object.entries(gradients).filter(([, gradient]) => gradient.numbers().some((v) => v !== 0));
    // Behind the last staircase only.
    expect(flowing.map(([name]) => name).toSorted()).toEqual(["fc.weight.bias_scale", "fc.weight_scale"]);
  });

  it("QOperator: QLinearConv, QLinearGlobalAveragePool and QLinearMatMul", async () => {
    const g = new GraphBuilder(13);
    const scalar = (name: string, value: number, dtype: DType = "float32") =>
      g.tensor(name, Tensor.scalar(value, dtype));
    const x = g.input("input", ["N", 3, 8, 8]);
    const [xs, xz] = [scalar("xs", 0.03), scalar("xz", 128, "uint8")];
    const [ys, yz] = [scalar("ys", 0.05), scalar("yz", 0, "uint8")];
    const scales = g.tensor("ws", Tensor.of([0.002, 0.003, 0.004, 0.003]));
    const weights = g.tensor("w", codes(g, [4, 3, 3, 3], "int8"));
    const parameters = [weights, scales, g.tensor("wz", Tensor.zeros([4], "int8")), ys, yz];
    const bias = g.tensor("b", Tensor.of([100, -50, 20, 0], [4], "int32"));
    const q = g.add("QuantizeLinear", [x, xs, xz]);
    const made = g.add("QLinearConv", [q, xs, xz, ...parameters, bias], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    const pooled = g.add("MaxPool", [made], { kernel_shape: [8, 8] });
    const flat = g.reshape(pooled, [-1, 4]);
    const second = [g.tensor("v", codes(g, [4, 5], "int8")), scalar("vs", 0.004), scalar("vz", 0, "int8")];
    const result = [scalar("zs", 0.1), scalar("zz", 128, "uint8")];
    const product = g.add("QLinearMatMul", [flat, ys, yz, ...second, ...result]);
    const logits = g.add("DequantizeLinear", [product, ...result]);
    await checkTensors(g.model({ logits }), { input: g.rng.normal([2, 3, 8, 8]) }, { exportTolerance: 0.02 });
  });

  it("dynamic: quantised on the way, MatMulInteger, scaled back", async () => {
    const g = new GraphBuilder(13);
    const x = g.input("input", ["N", 6]);
    const [q, scale, zero] = g.addAll("DynamicQuantizeLinear", [x], {}, 3);
    const weights = g.tensor("w_quantized", codes(g, [6, 4], "int8"));
    const sums = g.add("MatMulInteger", [q, weights, zero, g.tensor("w_zero_point", Tensor.scalar(0, "int8"))]);
    const step = g.add("Mul", [scale, g.tensor("w_scale", Tensor.scalar(0.01))]);
    const product = g.add("Mul", [g.cast(sums, "float32"), step]);
    const output = g.add("Relu", [g.add("Add", [product, g.weight("bias", [4])])]);
    await checkTensors(g.model({ output }), { input: g.rng.normal([3, 6]) });
  });
});
