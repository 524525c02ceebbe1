/** @file Small ONNX files to damage: each a way in which files differ. Not all of them import; a refusal can be damaged, too. */

import { valueAndGrad } from "../../derivative.ts";
import { attributeToProto } from "../../onnx/attribute.ts";
import { encodeModel } from "../../onnx/codec.ts";
import { exportOnnx } from "../../onnx/export-function.ts";
import {
  type AttributeProto,
  attributeType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from "../../onnx/schema.ts";
import { tensorToProto } from "../../onnx/tensor.ts";
import { Rng } from "../../rng.ts";
import { Tensor } from "../../tensor.ts";
import type { Value } from "../../value.ts";
import { float, fusedNode, int, ints, model, node, text } from "../proto.ts";

const weight = (name: string, ...shape: number[]): TensorProto => tensorToProto(new Rng(1).normal(shape), name);
const list = (name: string, ...values: number[]): TensorProto =>
  tensorToProto(Tensor.of(values, [values.length], "int64"), name);
const scalar = (name: string, value: number, dtype: Tensor["dtype"] = "int64"): TensorProto =>
  tensorToProto(Tensor.scalar(value, dtype), name);
const tensor = (name: string, value: Tensor): AttributeProto => attributeToProto(name, "tensor", value);

function graph(name: string, value: GraphProto): AttributeProto {
  return { name, type: attributeType.graph, g: value, floats: [], ints: [], strings: [] };
}

function body(nodes: NodeProto[], input: string[], output: string[], initializer: TensorProto[] = []): GraphProto {
  const ports = (names: string[]) => names.map((name) => ({ name, type: { tensorType: { elemType: 1 } } }));
  return {
    node: nodes,
    name: "body",
    initializer,
    input: ports(input),
    output: ports(output),
    valueInfo: [],
    sparseInitializer: [],
  };
}

const convolutional = model(
  13,
  [
    node("Conv", ["x", "w", "b"], ["c"], [ints("pads", [1, 1, 1, 1]), ints("strides", [2, 2]), int("group", 1)]),
    node("BatchNormalization", ["c", "b", "b", "b", "b"], ["n"], [float("epsilon", 1e-5)]),
    node("Relu", ["n"], ["r"]),
    node("MaxPool", ["r"], ["m"], [ints("kernel_shape", [2, 2]), text("auto_pad", "SAME_UPPER"), int("ceil_mode", 1)]),
    node("ConvTranspose", ["m", "t"], ["u"], [ints("output_padding", [1, 1]), ints("strides", [2, 2])]),
    node("AveragePool", ["u"], ["a"], [ints("kernel_shape", [2, 2]), ints("pads", [0, 0, 1, 1])]),
    node("LRN", ["a"], ["l"], [int("size", 3)]),
    node("GlobalAveragePool", ["l"], ["g"]),
    node("Flatten", ["g"], ["f"], [int("axis", 1)]),
    node("Gemm", ["f", "v", "b"], ["y"], [float("alpha", 0.5), int("transB", 1)]),
  ],
  ["N", 3, 8, 8],
  [weight("w", 4, 3, 3, 3), weight("b", 4), weight("t", 4, 2, 2, 2), weight("v", 4, 2)],
);

const shaped = model(
  18,
  [
    node("Shape", ["x"], ["s"], [int("start", 0)]),
    node("Gather", ["s", "first"], ["n"], [int("axis", 0)]),
    node("Unsqueeze", ["n", "axes"], ["n1"]),
    node("Concat", ["n1", "rest"], ["to"], [int("axis", 0)]),
    node("Reshape", ["x", "to"], ["r"], [int("allowzero", 0)]),
    node("Transpose", ["r"], ["t"], [ints("perm", [0, 2, 1])]),
    node("MatMul", ["r", "t"], ["m"]),
    node("Softmax", ["m"], ["p"], [int("axis", -1)]),
    node("Slice", ["p", "zero", "two", "axes", "one"], ["sl"]),
    node("Split", ["p", "halves"], ["h1", "h2"], [int("axis", 1)]),
    node("Pad", ["h1", "pads"], ["pd"], [text("mode", "reflect")]),
    node("Tile", ["h2", "repeats"], ["ti"]),
    node("Einsum", ["r", "t"], ["ei"], [text("equation", "bij,bjk->bik")]),
    node("ReduceSum", ["ei", "axes"], ["rs"], [int("keepdims", 0)]),
    node("CumSum", ["pd", "first"], ["cs"], [int("reverse", 1)]),
    node("ArgMax", ["ti"], ["am"], [int("axis", 1), int("keepdims", 0)]),
    node("Expand", ["rs", "repeats"], ["ex"]),
    node("ScatterND", ["x", "at", "row"], ["sc"]),
    node("GatherElements", ["sc", "elements"], ["ge"], [int("axis", 1)]),
    node("Mean", ["ex", "ex"], ["y"]),
  ],
  ["batch", 12],
  [
    scalar("first", 0),
    list("axes", 0),
    list("rest", 4, 3),
    list("zero", 0),
    list("one", 1),
    list("two", 2),
    list("halves", 2, 2),
    list("pads", 0, 0, 1, 0, 1, 0),
    list("repeats", 1, 2, 1),
    tensorToProto(Tensor.of([0], [1, 1], "int64"), "at"),
    weight("row", 1, 12),
    tensorToProto(Tensor.of([0, 5], [1, 2], "int64"), "elements"),
  ],
);

const branching = model(
  17,
  [
    node("Constant", [], ["yes"], [tensor("value", Tensor.scalar(1, "bool"))]),
    node(
      "If",
      ["yes"],
      ["i"],
      [
        graph("then_branch", body([node("Add", ["x", "inner"], ["o"])], [], ["o"], [weight("inner", 4)])),
        graph("else_branch", body([node("If", ["yes"], ["o"], [])], [], ["o"])),
      ],
    ),
    node(
      "Loop",
      ["trips", "yes", "i"],
      ["l"],
      [
        graph(
          "body",
          body([node("Identity", ["c"], ["c2"]), node("Neg", ["v"], ["v2"])], ["k", "c", "v"], ["c2", "v2"]),
        ),
      ],
    ),
    node(
      "Scan",
      ["l", "x"],
      ["f", "y"],
      [
        graph("body", body([node("Add", ["h", "e"], ["h2"]), node("Relu", ["h2"], ["z"])], ["h", "e"], ["h2", "z"])),
        int("num_scan_inputs", 1),
        ints("scan_input_axes", [0]),
      ],
    ),
  ],
  ["N", 4],
  [scalar("trips", 3)],
);

const onlyIf = model(
  17,
  [
    node("Shape", ["x"], ["s"]),
    node("Size", ["s"], ["rank"]),
    node("Equal", ["rank", "two"], ["c"]),
    node(
      "If",
      ["c"],
      ["y"],
      [
        graph(
          "then_branch",
          body([node("Add", ["x", "inner"], ["o"]), node("Relu", ["o"], ["q"])], [], ["q"], [weight("inner", 4)]),
        ),
        graph("else_branch", body([node("Neg", ["x"], ["o"])], [], ["o"])),
      ],
    ),
  ],
  ["N", 4],
  [scalar("two", 2)],
);

const external = model(
  13,
  [node("Gemm", ["x", "w", "b"], ["y"])],
  ["N", 4],
  [
    {
      ...weight("w", 4, 4),
      rawData: new Uint8Array(),
      dataLocation: 1,
      externalData: [
        { key: "location", value: "weights.bin" },
        { key: "offset", value: "64" },
        { key: "length", value: "64" },
      ],
    },
    { ...weight("b", 4), rawData: new Uint8Array(), floatData: [1, 2, 3, 4] },
  ],
);

const constants = model(
  15,
  [
    node("Constant", [], ["k1"], [float("value_float", 2)]),
    node("Constant", [], ["k2"], [ints("value_ints", [1, 2])]),
    node("Constant", [], ["k3"], [attributeToProto("value_floats", "floats", [1, 2])]),
    node("Constant", [], ["k4"], [int("value_int", 3)]),
    node("ConstantOfShape", ["k2"], ["cs"], [tensor("value", Tensor.of([7]))]),
    node("Range", ["start", "limit", "delta"], ["ra"]),
    node("OneHot", ["ra", "depth", "k3"], ["oh"], [int("axis", -1)]),
    node("Cast", ["k2"], ["ca"], [int("to", 1)]),
    node("Where", ["cond", "ca", "k3"], ["wh"]),
    node("Trilu", ["oh"], ["tr"], [int("upper", 0)]),
    node("EyeLike", ["x"], ["ey"], [int("k", 1)]),
    node("Clip", ["x", "low", "high"], ["cl"]),
    node("LayerNormalization", ["cl", "scale"], ["ln"], [int("axis", -1)]),
    node("Add", ["ln", "k1"], ["y"]),
  ],
  ["N", 4],
  [
    scalar("start", 0),
    scalar("limit", 5),
    scalar("delta", 2),
    scalar("depth", 4),
    scalar("low", 0, "float32"),
    scalar("high", 6, "float32"),
    weight("scale", 4),
    tensorToProto(Tensor.of([1, 0], [2], "bool"), "cond"),
  ],
);

const old = model(
  9,
  [
    node("Slice", ["x"], ["s"], [ints("starts", [0]), ints("ends", [9]), ints("axes", [1])]),
    node("Pad", ["s"], ["p"], [ints("pads", [0, 0, 1, 1, 0, 0, 1, 1]), float("value", 1)]),
    node("Upsample", ["p", "scales"], ["u"], [text("mode", "nearest")]),
    node("Clip", ["u"], ["c"], [float("min", 0), float("max", 6)]),
    node("Dropout", ["c"], ["d"], [float("ratio", 0.5)]),
    node("Squeeze", ["d"], ["q"], [ints("axes", [0])]),
    node("Unsqueeze", ["q"], ["v"], [ints("axes", [0, 4])]),
    node("Softmax", ["v"], ["y"], [int("axis", 1)]),
  ],
  [1, 2, 3, 3],
  [tensorToProto(Tensor.of([1, 1, 2, 2], [4]), "scales")],
);

const resized = model(
  19,
  [
    node(
      "Resize",
      ["x", "", "scales"],
      ["r"],
      [text("mode", "cubic"), text("coordinate_transformation_mode", "align_corners"), text("nearest_mode", "floor")],
    ),
    node("Resize", ["r", "", "", "sizes"], ["s"], [text("mode", "linear"), int("antialias", 1)]),
    node("SpaceToDepth", ["s"], ["d"], [int("blocksize", 2)]),
    node("DepthToSpace", ["d"], ["e"], [int("blocksize", 2), text("mode", "CRD")]),
    node("GroupNormalization", ["e", "g", "g"], ["n"], [int("num_groups", 2)]),
    node("InstanceNormalization", ["n", "g", "g"], ["y"]),
  ],
  [1, 2, 3, 3],
  [tensorToProto(Tensor.of([1, 1, 1.5, 2], [4]), "scales"), list("sizes", 1, 2, 4, 4), weight("g", 2)],
);

const quantised = model(
  13,
  [
    node("QuantizeLinear", ["x", "scale", "zero"], ["q"], [int("axis", 1)]),
    node("DequantizeLinear", ["q", "scale", "zero"], ["d"]),
    node("DequantizeLinear", ["w", "scales"], ["v"], [int("axis", 1)]),
    node("MatMul", ["d", "v"], ["m"]),
    node("DynamicQuantizeLinear", ["m"], ["dq", "ds", "dz"]),
    node("MatMulInteger", ["dq", "w", "dz"], ["mi"]),
    node("Cast", ["mi"], ["f"], [int("to", 1)]),
    node("QLinearMatMul", ["q", "scale", "zero", "u", "scale", "zero", "scale", "zero"], ["ql"]),
    fusedNode("QLinearAdd", ["ql", "scale", "zero", "q", "scale", "zero", "scale", "zero"], ["qa"]),
    fusedNode(
      "QLinearConcat",
      ["scale", "zero", "qa", "scale", "zero", "q", "scale", "zero"],
      ["qc"],
      [int("axis", 1)],
    ),
    node("DequantizeLinear", ["nibbles", "scale"], ["n"], [int("block_size", 0)]),
    node("Gemm", ["f", "n"], ["y"]),
  ],
  ["N", 4],
  [
    tensorToProto(Tensor.zeros([4, 4], "int4"), "nibbles"),
    tensorToProto(Tensor.zeros([4, 4], "uint8"), "u"),
    scalar("scale", 0.5, "float32"),
    scalar("zero", 3, "uint8"),
    weight("scales", 4),
    tensorToProto(Tensor.zeros([4, 4], "int8"), "w"),
  ],
);

const recurrent = model(
  14,
  [
    node("LSTM", ["x", "w", "r", "b"], ["l", "h", "c"], [int("hidden_size", 2), text("direction", "forward")]),
    node("Squeeze", ["l", "one"], ["s"]),
    node("GRU", ["s", "gw", "gr"], ["y"], [int("hidden_size", 2), int("linear_before_reset", 1)]),
  ],
  [3, "N", 4],
  [
    weight("w", 1, 8, 4),
    weight("r", 1, 8, 2),
    weight("b", 1, 16),
    list("one", 1),
    weight("gw", 1, 6, 2),
    weight("gr", 1, 6, 2),
  ],
);

const fused = model(
  17,
  [
    fusedNode(
      "FusedConv",
      ["x", "w", "b"],
      ["c"],
      [text("activation", "LeakyRelu"), attributeToProto("activation_params", "floats", [0.1])],
    ),
    node("Reshape", ["c", "to"], ["r"]),
    fusedNode("SkipLayerNormalization", ["r", "r", "g", "g"], ["s", "", "", "t"], [float("epsilon", 1e-5)]),
    fusedNode("FastGelu", ["s", "g"], ["f"]),
    fusedNode("RotaryEmbedding", ["f", "at", "cos", "sin"], ["e"], [int("num_heads", 2)]),
    fusedNode("MultiHeadAttention", ["e", "f", "t"], ["m"], [int("num_heads", 2)]),
    fusedNode("FusedGemm", ["row", "square", "g"], ["y"], [text("activation", "Relu"), int("transB", 1)]),
  ],
  [1, 3, 4, 4],
  [
    weight("w", 8, 3, 1, 1),
    weight("b", 8),
    list("to", 1, 16, 8),
    weight("g", 8),
    list("at", 0),
    weight("cos", 16, 2),
    weight("sin", 16, 2),
    weight("row", 2, 8),
    weight("square", 8, 8),
  ],
);

const functions = {
  ...model(
    17,
    [
      { ...node("Twice", ["x"], ["t"], [float("by", 3)]), domain: "own" },
      { ...node("Twice", ["t"], ["y"]), domain: "own" },
    ],
    ["N", 4],
  ),
  opsetImport: [
    { domain: "", version: 17 },
    { domain: "own", version: 1 },
  ],
  functions: [
    {
      name: "Twice",
      domain: "own",
      input: ["a"],
      output: ["c"],
      attribute: [],
      attributeProto: [float("by", 2)],
      opsetImport: [{ domain: "", version: 17 }],
      node: [
        node("Constant", [], ["k"], [{ ...float("value_float", 0), refAttrName: "by" }]),
        node("Mul", ["a", "k"], ["b"]),
        { ...node("Once", ["b"], ["c"]), domain: "own" },
      ],
    },
    {
      name: "Once",
      domain: "own",
      input: ["a"],
      output: ["b"],
      attribute: [],
      attributeProto: [],
      opsetImport: [{ domain: "", version: 17 }],
      node: [node("Relu", ["a"], ["b"])],
    },
  ],
};

/** A network and its gradient, as the engine itself writes it. */
function differentiated(): Uint8Array {
  const loss = (w: { k: Value; v: Value }, x: Value): Value =>
    x
      .op("Conv", [w.k], { pads: [1, 1, 1, 1] })
      .relu()
      .mean([2, 3])
      .matmul(w.v)
      .logSoftmax()
      .square()
      .mean();
  const rng = new Rng(1);
  return exportOnnx(
    (w: { k: Value; v: Value }, x: Value) => valueAndGrad(loss)(w, x),
    [{ k: rng.normal([3, 2, 3, 3]), v: rng.normal([3, 4]) }, rng.normal([2, 2, 5, 5])],
    { names: ["w", "x"], metadata: { note: "fuzz" } },
  );
}

const models = [
  ...[convolutional, shaped, branching, onlyIf, external, constants, old],
  ...[resized, quantised, recurrent, fused, functions],
];

export const onnxSeeds = (): Uint8Array[] => [...models.map(encodeModel), differentiated()];
