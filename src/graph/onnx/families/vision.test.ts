import { describe, it } from "vitest";
import { Tensor } from "../../tensor.ts";
import { checkImport } from "../../testing/check-import.ts";
import { GraphBuilder } from "../../testing/graph-builder.ts";

interface ConvOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly group?: number;
}

/** A convolution with the batch normalisation folded in, as torch.onnx exports it for inference. */
function conv(g: GraphBuilder, x: string, inputs: number, outputs: number, options: ConvOptions = {}): string {
  const { kernel = 3, stride = 1, group = 1 } = options;
  const pad = (kernel - 1) / 2;
  const id = `onnx::Conv_${g.rng.int(0, 1e9)}`;
  const weight = g.weight(
    id,
    [outputs, inputs / group, kernel, kernel],
    1.4 / Math.sqrt((inputs / group) * kernel ** 2),
  );
  return g.add("Conv", [x, weight, g.weight(`${id}.bias`, [outputs], 0.1)], {
    dilations: [1, 1],
    group,
    kernel_shape: [kernel, kernel],
    pads: [pad, pad, pad, pad],
    strides: [stride, stride],
  });
}

function classifier(g: GraphBuilder, x: string, features: number, classes: number): string {
  const weight = g.weight("fc.weight", [classes, features]);
  return g.add("Gemm", [x, weight, g.weight("fc.bias", [classes])], { alpha: 1, beta: 1, transB: 1 });
}

describe("torch.onnx", () => {
  it("ResNet", async () => {
    const g = new GraphBuilder(13);
    const x = g.input("input", ["batch", 3, 16, 16]);
    const block = (name: string, y: string, inputs: number, outputs: number, stride: number) =>
      g.module(name, () => {
        const first = g.add("Relu", [conv(g, y, inputs, outputs, { stride })]);
        const second = conv(g, first, outputs, outputs);
        const way = stride === 1 ? y : g.module("downsample", () => conv(g, y, inputs, outputs, { kernel: 1, stride }));
        return g.add("Relu", [g.add("Add", [second, way])]);
      });
    const stem = g.add("Relu", [conv(g, x, 3, 4, { kernel: 7, stride: 2 })]);
    const pooled = g.add("MaxPool", [stem], {
      ceil_mode: 0,
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
      strides: [2, 2],
    });
    const features = block("layer2", block("layer1", pooled, 4, 4, 1), 4, 8, 2);
    const flat = g.add("Flatten", [g.add("GlobalAveragePool", [features])], { axis: 1 });
    await checkImport(g.model({ output: classifier(g, flat, 8, 5) }), { input: g.rng.normal([2, 3, 16, 16]) });
  });

  it("MobileNetV2: inverted residuals, Clip to 6, depthwise convolutions", async () => {
    const g = new GraphBuilder(12);
    const x = g.input("input", ["batch", 3, 12, 12]);
    const relu6 = (y: string) => g.add("Clip", [y, g.constant(0, "float32"), g.constant(6, "float32")]);
    const stem = relu6(conv(g, x, 3, 4, { stride: 2 }));
    const block = g.module("features.1", () => {
      const wide = relu6(conv(g, stem, 4, 12, { kernel: 1 }));
      const deep = relu6(conv(g, wide, 12, 12, { group: 12 }));
      return g.add("Add", [stem, conv(g, deep, 12, 4, { kernel: 1 })]);
    });
    const head = g.add("GlobalAveragePool", [relu6(conv(g, block, 4, 8, { kernel: 1 }))]);
    // torch.flatten before operator set 13: Flatten; adaptive pooling gives [N, C, 1, 1].
    const output = classifier(g, g.add("Flatten", [head], { axis: 1 }), 8, 5);
    await checkImport(g.model({ output }), { input: g.rng.normal([2, 3, 12, 12]) });
  });

  it("MobileNetV3: HardSwish and squeeze-and-excitation", async () => {
    const g = new GraphBuilder(14);
    const x = g.input("input", ["batch", 3, 12, 12]);
    const stem = g.add("HardSwish", [conv(g, x, 3, 4, { stride: 2 })]);
    const block = g.module("features.1", () => {
      const deep = g.add("HardSwish", [
        conv(g, g.add("HardSwish", [conv(g, stem, 4, 8, { kernel: 1 })]), 8, 8, { kernel: 5, group: 8 }),
      ]);
      const squeezed = g.add("GlobalAveragePool", [deep]);
      const excited = conv(g, g.add("Relu", [conv(g, squeezed, 8, 4, { kernel: 1 })]), 4, 8, { kernel: 1 });
      const gates = g.add("HardSigmoid", [excited], { alpha: 1 / 6, beta: 0.5 });
      return g.add("Add", [conv(g, g.add("Mul", [gates, deep]), 8, 4, { kernel: 1 }), stem]);
    });
    const flat = g.add("Flatten", [g.mean(block, [2, 3])], { axis: 1 });
    const hidden = g.add("HardSwish", [
      g.add("Gemm", [flat, g.weight("c.weight", [6, 4]), g.weight("c.bias", [6], 0.5)], { transB: 1 }),
    ]);
    await checkImport(g.model({ output: classifier(g, hidden, 6, 5) }), { input: g.rng.normal([2, 3, 12, 12]) });
  });
});

describe("tf2onnx", () => {
  it("channels last, transposed around each convolution, with Keras' batch normalisation", async () => {
    const g = new GraphBuilder(13);
    const x = g.input("input_1:0", ["unk__10", 11, 11, 3]);
    const layer = (name: string, y: string, inputs: number, outputs: number) =>
      g.module(name, () => {
        const first = g.add("Transpose", [y], { perm: [0, 3, 1, 2] });
        const weight = g.weight(`${name}/kernel`, [outputs, inputs, 3, 3], 0.3);
        const made = g.add("Conv", [first, weight], {
          auto_pad: "SAME_UPPER",
          kernel_shape: [3, 3],
          strides: [2, 2],
          dilations: [1, 1],
          group: 1,
        });
        const vector = (key: string, mean: number) => g.tensor(`${name}/${key}`, g.rng.normal([outputs], mean, 0.1));
        const statistics = [
          vector("gamma", 1),
          vector("beta", 0),
          vector("moving_mean", 0),
          vector("moving_variance", 1),
        ];
        const normal = g.add("BatchNormalization", [made, ...statistics], { epsilon: 0.001 });
        const clipped = g.add("Clip", [
          normal,
          g.tensor(`${name}/min`, Tensor.scalar(0)),
          g.tensor(`${name}/max`, Tensor.scalar(6)),
        ]);
        return g.add("Transpose", [clipped], { perm: [0, 2, 3, 1] });
      });
    const features = layer("conv2", layer("conv1", x, 3, 4), 4, 6);
    const padded = g.add("Pad", [features, g.constant([0, 1, 1, 0, 0, 0, 0, 0])]);
    const pooled = g.mean(padded, [1, 2], 0);
    // Keras' Flatten, with the batch taken from the shape.
    const cast = g.cast(g.add("Shape", [pooled]), "int32");
    const batch = g.add("Slice", [cast, g.constant([0]), g.constant([1]), g.constant([0])]);
    const target = g.add("Concat", [batch, g.constant([6], "int32")], { axis: 0 });
    const flat = g.add("Reshape", [pooled, g.cast(target, "int64")]);
    const logits = g.add("Add", [
      g.add("MatMul", [flat, g.weight("dense/kernel", [6, 5])]),
      g.weight("dense/bias", [5]),
    ]);
    const output = g.add("Softmax", [logits], { axis: -1 });
    await checkImport(g.model({ "Identity:0": output }), { "input_1:0": g.rng.normal([2, 11, 11, 3]) });
  });
});
