import { describe, expect, it } from "vitest";
import { Rng, tensorToProto } from "../graph/index.ts";
import { encodeModel } from "../graph/onnx/codec.ts";
import { int, ints, model, node } from "../graph/testing/proto.ts";
import { Model } from "./model.ts";

const rng = new Rng(6);
const net = Model.open(
  encodeModel(
    model(
      13,
      [
        node("Conv", ["x", "w1", "b1"], ["conv1"], [ints("pads", [1, 1, 1, 1])]),
        node("Relu", ["conv1"], ["relu1"]),
        node("Conv", ["relu1", "w2"], ["conv2"]),
        node("Add", ["conv2", "relu1"], ["sum"]),
        node("Flatten", ["sum"], ["flat"], [int("axis", 1)]),
        node("Gemm", ["flat", "w3"], ["y"], [int("transB", 1)]),
      ],
      ["N", 3, 6, 6],
      [
        tensorToProto(rng.normal([4, 3, 3, 3]), "w1"),
        tensorToProto(rng.normal([4]), "b1"),
        tensorToProto(rng.normal([4, 4, 1, 1]), "w2"),
        tensorToProto(rng.normal([10, 144]), "w3"),
      ],
    ),
  ),
);

describe("the graph of layers", () => {
  const graph = net.graph();

  it("says who reads whom, past what only moves numbers about", () => {
    expect(graph.map(({ name, kind, reads }) => [name, kind, reads])).toEqual([
      ["input", "input", []],
      ["conv1", "Conv", ["input"]],
      ["relu1", "Relu", ["conv1"]],
      ["conv2", "Conv", ["relu1"]],
      ["sum", "Add", ["conv2", "relu1"]],
      ["y", "Gemm", ["sum"]],
    ]);
  });

  it("counts weights and multiply-adds", () => {
    const costs = Object.fromEntries(
      graph.map(({ name, parameters, multiplyAdds }) => [name, [parameters, multiplyAdds]]),
    );
    expect(costs).toEqual({
      input: [0, 0],
      conv1: [4 * 27 + 4, 36 * 4 * 27],
      relu1: [0, 0],
      conv2: [16, 36 * 16],
      sum: [0, 0],
      y: [1440, 1440],
    });
    expect(graph.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(net.parameters);
  });
});
