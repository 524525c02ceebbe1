import { describe, it } from "vitest";
import { Tensor } from "../../tensor.ts";
import { checkImport } from "../../testing/check-import.ts";
import { GraphBuilder } from "../../testing/graph-builder.ts";

const [vocabulary, width, hidden] = [11, 4, 3];

/** Weights of one layer, both directions, in ONNX's order of gates. */
function weightsOf(g: GraphBuilder, layer: number, gates: number, inputs: number): [string, string, string] {
  const rows = gates * hidden;
  return [
    g.weight(`onnx::W_${layer}`, [2, rows, inputs], 0.5),
    g.weight(`onnx::R_${layer}`, [2, rows, hidden], 0.5),
    g.weight(`onnx::B_${layer}`, [2, 2 * rows], 0.3),
  ];
}

/** Embedding and recurrent layers, steps first inside, batch first outside, as torch.onnx exports them. */
function encoder(g: GraphBuilder, op: "LSTM" | "GRU", layers: number) {
  const ids = g.input("input_ids", ["batch", "sequence"], "int64");
  const embedded = g.add("Gather", [g.weight("embedding.weight", [vocabulary, width], 1), ids]);
  // h0 = zeros(2·layers, batch, hidden)
  const zeros = () => g.add("Expand", [g.constant(0, "float32"), g.shape([2 * layers, g.dim(embedded, 0), hidden])]);
  const states = Array.from({ length: op === "LSTM" ? 2 : 1 }, zeros);
  let x = g.add("Transpose", [embedded], { perm: [1, 0, 2] });
  let last = "";
  for (let layer = 0; layer < layers; layer++) {
    const initial = states.map((state) => g.slice(state, 2 * layer, 2 * layer + 2, 0));
    const weights = weightsOf(g, layer, op === "LSTM" ? 4 : 3, layer === 0 ? width : 2 * hidden);
    const attributes = {
      direction: "bidirectional",
      hidden_size: hidden,
      ...(op === "GRU" && { linear_before_reset: 1 }),
    };
    const [y, h] = g.addAll(op, [x, ...weights, "", ...initial], attributes, op === "LSTM" ? 3 : 2);
    x = g.add("Reshape", [g.add("Transpose", [y], { perm: [0, 2, 1, 3] }), g.constant([0, 0, -1])]);
    last = h;
  }
  return { output: g.add("Transpose", [x], { perm: [1, 0, 2] }), last };
}

const feeds = { input_ids: Tensor.of([1, 5, 7, 2, 10, 3, 0, 4], [2, 4], "int64") };

describe("torch.onnx", () => {
  it("a classifier on the last step of a bidirectional LSTM of two layers", async () => {
    const g = new GraphBuilder(14);
    const { output } = encoder(g, "LSTM", 2);
    const step = g.add("Gather", [output, g.constant(-1)], { axis: 1 });
    const logits = g.add("Gemm", [step, g.weight("fc.weight", [5, 2 * hidden]), g.weight("fc.bias", [5])], {
      alpha: 1,
      beta: 1,
      transB: 1,
    });
    await checkImport(g.model({ logits }), feeds);
  });

  it("a classifier on the last states of a bidirectional GRU", async () => {
    const g = new GraphBuilder(17);
    const { last } = encoder(g, "GRU", 1);
    const both = [0, 1].map((i) => g.add("Gather", [last, g.constant(i)], { axis: 0 }));
    const joined = g.add("Concat", both, { axis: 1 });
    const logits = g.add("Gemm", [joined, g.weight("fc.weight", [5, 2 * hidden]), g.weight("fc.bias", [5])], {
      alpha: 1,
      beta: 1,
      transB: 1,
    });
    await checkImport(g.model({ logits }), feeds);
  });
});

describe("tf2onnx", () => {
  it("a Keras LSTM: weights transposed and joined in the graph, the last state squeezed", async () => {
    const g = new GraphBuilder(11);
    const x = g.input("input:0", ["unk__1", 5, width]);
    const stepsFirst = g.add("Transpose", [x], { perm: [1, 0, 2] });
    const kernel = (name: string, rows: number) => {
      const transposed = g.add("Transpose", [g.weight(name, [rows, 4 * hidden], 0.5)], { perm: [1, 0] });
      return g.unsqueeze(transposed, [0]);
    };
    const bias = g.tensor("bias", g.rng.normal([4 * hidden], 0, 0.3));
    const whole = g.add("Concat", [bias, g.tensor("zeros", Tensor.zeros([4 * hidden]))], { axis: 0 });
    const [, h] = g.addAll(
      "LSTM",
      [stepsFirst, kernel("kernel", width), kernel("recurrent_kernel", hidden), g.unsqueeze(whole, [0])],
      { direction: "forward", hidden_size: hidden },
      3,
    );
    const state = g.add("Squeeze", [h], { axes: [0] });
    const product = g.add("MatMul", [state, g.weight("dense/kernel", [hidden, 2], 0.5)]);
    const output = g.add("Sigmoid", [g.add("Add", [product, g.weight("dense/bias", [2], 0.1)])]);
    await checkImport(g.model({ "dense:0": output }), { "input:0": g.rng.normal([3, 5, width]) });
  });
});
