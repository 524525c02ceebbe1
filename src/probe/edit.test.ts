import { describe, expect, it } from "vitest";
import { compile, decodeModel, Rng, Tensor, type Value } from "../graph/index.ts";
import { encodeModel } from "../graph/onnx/codec.ts";
import { tensorToProto } from "../graph/onnx/tensor.ts";
import { ints, model, node } from "../graph/testing/proto.ts";
import { parseAddress } from "./edit.ts";
import { Model } from "./model.ts";

const rng = new Rng(2);
const weights = [tensorToProto(rng.normal([4, 3, 3, 3]), "w1"), tensorToProto(rng.normal([5, 4, 1, 1]), "w2")];
const bytes = encodeModel(
  model(
    13,
    [
      node("Conv", ["x", "w1"], ["conv1"], [ints("pads", [1, 1, 1, 1])]),
      node("Relu", ["conv1"], ["relu1"]),
      node("Conv", ["relu1", "w2"], ["conv2"]),
      node("ReduceMean", ["conv2"], ["y"], [ints("axes", [2, 3])]),
    ],
    ["N", 3, 6, 6],
    weights,
  ),
);
const net = Model.open(bytes);
const x = rng.normal([2, 3, 6, 6]);

/** Runs the saved bytes, asking for a tensor by name. */
async function run(of: Model, name: string): Promise<Float64Array> {
  const reopened = Model.open(of.bytes());
  const { imported } = reopened;
  const { LayerRunner } = await import("./runner.ts");
  if (name !== "y") {
    const runner = new LayerRunner(reopened, [...reopened.layers([name])], (value) => value);
    const padded = await runner.run(
      [0, 1].map((i) => ({
        input: new Tensor("float32", [3, 6, 6], (x.data as Float32Array).slice(i * 108, (i + 1) * 108)),
      })),
    );
    await runner.release();
    return padded[name].numbers().subarray(0, (2 * padded[name].size) / padded[name].shape[0]);
  }
  const f = compile((v: Value) => imported.apply(imported.params, { x: v }).y);
  const result = (await f(x)).numbers();
  await f.release();
  return result;
}

const unit = (values: Float64Array, u: number) =>
  [0, 1].flatMap((n) => Array.from(values.subarray((n * 4 + u) * 36, (n * 4 + u + 1) * 36)));

function close(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) expect(actual[i]).toBeCloseTo(expected[i], 5);
}

describe("edit", () => {
  it("lists what can be edited", () => {
    expect(net.layers().map(({ name, kind, units, shape }) => [name, kind, units, shape.join()])).toEqual([
      ["conv1", "Conv", 4, "4,6,6"],
      ["relu1", "Relu", 4, "4,6,6"],
      ["conv2", "Conv", 5, "5,6,6"],
      ["y", "ReduceMean", 5, "5,1,1"],
    ]);
    expect(net.parameters).toBe(4 * 27 + 20);
  });

  it("changes the unit and no other, in the saved file", async () => {
    const before = await run(net, "relu1");
    const after = await run(net.edit({ relu1: { units: [2], set: 0.5 } }), "relu1");
    expect(unit(after, 2).every((value) => value === 0.5)).toBe(true);
    for (const u of [0, 1, 3]) expect(unit(after, u)).toEqual(unit(before, u));
    const each = await run(net.edit({ relu1: { units: [3, 1], set: [0.5, -2] } }), "relu1");
    expect([unit(each, 3).every((value) => value === 0.5), unit(each, 1).every((value) => value === -2)]).toEqual([
      true,
      true,
    ]);
    for (const u of [0, 2]) expect(unit(each, u)).toEqual(unit(before, u));
  });

  it("scales and adds, several edits of one layer in their order", async () => {
    const before = await run(net, "relu1");
    const after = await run(
      net.edit({
        relu1: [
          { units: [0], scale: 2 },
          { units: [0, 1], add: 1 },
        ],
      }),
      "relu1",
    );
    close(
      unit(after, 0),
      unit(before, 0).map((value) => 2 * value + 1),
    );
    close(
      unit(after, 1),
      unit(before, 1).map((value) => value + 1),
    );
    expect(unit(after, 3)).toEqual(unit(before, 3));
  });

  it("ablating a unit is the same as zeroing its outgoing weights", async () => {
    const zeroed = decodeModel(bytes);
    const w2 = tensorToProto(Tensor.of(rng.normal([1]).numbers(), [1]), "w2");
    const values = Model.open(bytes)
      .imported.params.w2.numbers()
      .map((value, i) => (i % 4 === 1 ? 0 : value));
    const graph = zeroed.graph as NonNullable<typeof zeroed.graph>;
    graph.initializer[1] = { ...w2, ...tensorToProto(Tensor.of(values, [5, 4, 1, 1]), "w2") };
    const [a, b] = [await run(net.edit({ relu1: { units: [1], set: 0 } }), "y"), await run(new Model(zeroed, {}), "y")];
    close(a, b);
  });

  it("leaves every other node, weight and name as it was", () => {
    const before = decodeModel(bytes);
    const after = decodeModel(net.edit({ relu1: { units: [2], set: 0 } }).bytes());
    const [old, now] = [before.graph, after.graph];
    expect(now?.initializer.slice(0, 2)).toEqual(old?.initializer);
    expect(now?.input).toEqual(old?.input);
    expect(now?.output).toEqual(old?.output);
    const others = now?.node.filter(({ output }) => !output.some((name) => name.startsWith("relu1")));
    expect(others).toEqual(old?.node.filter(({ output }) => output[0] !== "relu1"));
    expect(now?.node.map(({ opType, input, output }) => [opType, input.length, output[0]])).toEqual([
      ["Conv", 2, "conv1"],
      ["Relu", 1, "relu1/unedited"],
      ["Where", 3, "relu1"],
      ["Conv", 2, "conv2"],
      ["ReduceMean", 1, "y"],
    ]);
  });

  it("edits the output of the model too, and an edited model again", async () => {
    const once = net.edit({ y: { units: [0], set: 7 } });
    const twice = once.edit({ y: { units: [1], set: 8 } });
    const y = await run(twice, "y");
    expect([y[0], y[1], y[5], y[6]]).toEqual([7, 8, 7, 8]);
  });

  it("says what is wrong", () => {
    expect(() => net.edit({ relu9: { set: 0 } })).toThrow('no layer is named "relu9"');
    expect(() => net.edit({ relu1: { units: [4], set: 0 } })).toThrow('layer "relu1" has units 0 to 3, not 4');
    expect(() => net.edit({ relu1: { set: Number.NaN } })).toThrow("set is NaN");
    expect(() => net.edit({ relu1: { units: [1], set: [1, 2] } })).toThrow("2 values to set 1 units to");
  });
});

describe("addresses", () => {
  it.each([
    ["fire9/relu:3", "fire9/relu", [3]],
    ["conv1:0,2-4", "conv1", [0, 2, 3, 4]],
    ["conv1", "conv1", undefined],
  ])("%s", (address, layer, units) => expect(parseAddress(address)).toEqual({ layer, units }));

  it("rejects what is none", () => {
    for (const bad of ["conv1:", "conv1:a", "conv1:4-2"]) expect(() => parseAddress(bad)).toThrow();
  });
});

it("takes other weights of the same names, dtypes and shapes", async () => {
  const w2 = Tensor.zeros([5, 4, 1, 1]);
  const silent = Model.open(net.withWeights({ w2 }).bytes());
  expect(silent.imported.params.w2.data).toEqual(w2.data);
  expect(silent.imported.params.w1).toEqual(net.imported.params.w1);
  expect((await run(silent, "y")).every((value) => value === 0)).toBe(true);
  expect(() => net.withWeights({ w3: w2 })).toThrow(/no weight "w3"/);
  expect(() => net.withWeights({ w1: w2 })).toThrow(/"w1" is float32\[4, 3, 3, 3\], not float32\[5, 4, 1, 1\]/);
});
