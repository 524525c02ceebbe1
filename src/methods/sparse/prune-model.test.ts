import { describe, expect, it } from "vitest";
import { compile, encodeModel, exportOnnx, Rng, Tensor, type Value } from "../../graph/index.ts";
import { network, node, port } from "../../graph/testing/proto.ts";
import { init, mlp } from "../../nn/index.ts";
import { Model } from "../../probe/index.ts";
import { prunableWeights, prune } from "./prune-model.ts";

const rng = new Rng(8);
const params = init.mlp(rng, [6, 8, 3]);
const file = exportOnnx((x: Value) => mlp(params, x), [Tensor.zeros([1, 6])], { names: ["x"] });
const model = Model.open(file);
const zeros = (tensor: Tensor) => tensor.numbers().filter((value) => value === 0).length;

describe("prune", () => {
  it("zeroes the smallest weights of all layers together; graph, names and biases stay", async () => {
    const sparse = Model.open(prune(model, { density: 0.25 }).bytes());
    expect(sparse.imported.nodes).toEqual(model.imported.nodes);
    const weights = prunableWeights(model);
    expect(weights.map(({ op, tensor }) => [op, tensor.shape])).toEqual([
      ["MatMul", [6, 8]],
      ["MatMul", [8, 3]],
    ]);
    const magnitudes = weights.flatMap(({ tensor }) => [...tensor.numbers()].map(Math.abs)).sort((a, b) => b - a);
    const kept = weights.flatMap(({ name }) => [...sparse.imported.params[name].numbers()].filter((v) => v !== 0));
    expect(kept.map(Math.abs).sort((a, b) => b - a)).toEqual(magnitudes.slice(0, 18));
    for (const [name, tensor] of Object.entries(model.imported.params))
      if (tensor.shape.length === 1) expect(sparse.imported.params[name]).toEqual(tensor);

    const x = rng.normal([1, 6]);
    const run = (of: Model) => compile((v: Value) => of.imported.apply(of.imported.params, { x: v }))(x);
    const masked = params.map(({ weight, bias }) => ({
      weight: Tensor.of(
        weight.numbers().map((v) => (Math.abs(v) >= magnitudes[17] ? v : 0)),
        weight.shape,
      ),
      bias,
    }));
    const expected = await compile((v: Value) => mlp(masked, v))(x);
    expect([...(await run(sparse)).result.numbers()]).toEqual([...expected.numbers()]);
    expect(zeros(weights[0].tensor)).toBe(0);
  });

  it("layer by layer, or with some layers left alone", () => {
    const [first, last] = prunableWeights(model).map(({ name }) => name);
    const uniform = prune(model, { density: 0.5, scope: "uniform" }).imported.params;
    expect([zeros(uniform[first]), zeros(uniform[last])]).toEqual([24, 12]);
    const kept = prune(model, { density: 0.5, keepDense: [last] }).imported.params;
    expect([zeros(kept[first]), zeros(kept[last])]).toEqual([24, 0]);
    expect(() => prune(model, { density: 0.5, keepDense: ["head"] })).toThrow(
      /keepDense names "head", which is no weight/,
    );
    expect(() => prune(model, { density: 0.01 })).toThrow(/keeps 0 of 72 weights for 2 layers/);
  });

  it("half precision and weights of an LSTM", () => {
    const half = Tensor.of([1, -2, 3, -4, 5, -6], [2, 3], "float16");
    const w = rng.normal([1, 8, 3]);
    const r = rng.normal([1, 8, 2]);
    const nodes = [node("LSTM", ["x", "w", "r"], ["y"]), node("MatMul", ["h", "half"], ["z"])];
    const recurrent = Model.open(
      encodeModel(
        network(
          17,
          nodes,
          [port("x", [5, 1, 3]), port("h", [1, 2], "float16")],
          [port("y"), port("z", undefined, "float16")],
          { w, r, half },
        ),
      ),
    );
    expect(prunableWeights(recurrent).map(({ name }) => name)).toEqual(["w", "r", "half"]);
    const pruned = prune(recurrent, { density: 0.5, keepDense: ["w", "r"] }).imported.params;
    expect([...pruned.half.numbers()]).toEqual([0, 0, 0, -4, 5, -6]);
    expect(pruned.w).toEqual(w);
  });
});

describe("names what it cannot prune", () => {
  const open = (nodes: Parameters<typeof network>[1], weights: Record<string, Tensor>) =>
    Model.open(encodeModel(network(17, nodes, [port("x", [1, 4])], [port("y")], weights)));

  it("a weight that two layers share, also when one of them turns it", () => {
    const tied = open(
      [node("MatMul", ["x", "w"], ["h"]), node("Transpose", ["w"], ["t"]), node("MatMul", ["h", "t"], ["y"])],
      { w: rng.normal([4, 4]) },
    );
    expect(() => prune(tied, { density: 0.5 })).toThrow('weight "w" is shared: MatMul and MatMul use it');
    expect(() => prune(tied, { density: 0.5 })).toThrow(
      expect.objectContaining({ advice: expect.stringMatching(/keepDense/) }),
    );
  });

  it("a quantised weight", () => {
    const weights = {
      q: Tensor.of(
        Array.from({ length: 16 }, (_, i) => i),
        [4, 4],
        "int8",
      ),
      scale: Tensor.scalar(0.1),
      zero: Tensor.scalar(0, "int8"),
    };
    const nodes = [node("DequantizeLinear", ["q", "scale", "zero"], ["w"]), node("MatMul", ["x", "w"], ["y"])];
    expect(() => prune(open(nodes, weights), { density: 0.5 })).toThrow('weight "q" is quantised');
  });

  it("a model without weights", () => {
    expect(() => prune(open([node("Relu", ["x"], ["y"])], {}), { density: 0.5 })).toThrow(
      /no weights that can be pruned/,
    );
  });
});
