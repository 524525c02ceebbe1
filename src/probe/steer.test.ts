import { describe, expect, it } from "vitest";
import { compile, Rng, type Tensor, tensorToProto, type Value } from "../graph/index.ts";
import { encodeModel } from "../graph/onnx/codec.ts";
import { ints, model, node } from "../graph/testing/proto.ts";
import { Model } from "./model.ts";
import { SteeredModel, unturned } from "./steer.ts";

const rng = new Rng(5);
const net = Model.open(
  encodeModel(
    model(
      13,
      [
        node("Conv", ["x", "w1"], ["conv1"], [ints("pads", [1, 1, 1, 1])]),
        node("Relu", ["conv1"], ["relu1"]),
        node("Conv", ["relu1", "w2"], ["conv2"]),
        node("Relu", ["conv2"], ["relu2"]),
        node("ReduceMean", ["relu2"], ["y"], [ints("axes", [2, 3])]),
      ],
      ["N", 3, 6, 6],
      [tensorToProto(rng.normal([4, 3, 3, 3]), "w1"), tensorToProto(rng.normal([5, 4, 1, 1]), "w2")],
    ),
  ),
);
const x = rng.normal([2, 3, 6, 6]);

async function outputOf({ imported }: Model): Promise<Tensor> {
  const f = compile((v: Value) => imported.apply(imported.params, { x: v }).y);
  const y = await f(x);
  await f.release();
  return y;
}

function close(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = expected.numbers();
  for (const [i, value] of actual.numbers().entries()) expect(value).toBeCloseTo(wanted[i], 5);
}

describe("a steered model", () => {
  const [relu1, relu2] = net.layers(["relu1", "relu2"]);

  it("answers as the model does when nothing is turned, and hands out what its units did", async () => {
    const steered = new SteeredModel(net, [relu1]);
    const { outputs, activations } = await steered.answer(x);
    close(outputs.y, await outputOf(net));
    expect(activations.relu1.shape).toEqual([2, 4, 6, 6]);
    await steered.release();
  });

  it("answers as the edited model does, for each kind of edit, in one session", async () => {
    const steered = new SteeredModel(net, [relu1, relu2]);
    const turns = [
      { turn: { scale: 0, shift: 0 }, edit: { units: [2], set: 0 } },
      { turn: { scale: 0, shift: 1.5 }, edit: { units: [2], set: 1.5 } },
      { turn: { scale: -2, shift: 0 }, edit: { units: [2], scale: -2 } },
      { turn: { scale: 1, shift: 0.7 }, edit: { units: [2], add: 0.7 } },
    ];
    for (const layer of [relu1, relu2]) {
      for (const { turn, edit } of turns) {
        const { scale, shift } = unturned(layer);
        scale[2] = turn.scale;
        shift[2] = turn.shift;
        const { outputs } = await steered.answer(x, { [layer.name]: { scale, shift } });
        close(outputs.y, await outputOf(net.edit({ [layer.name]: edit })));
      }
    }
    await steered.release();
  });

  it("refuses turns of other sizes and of layers that it does not steer", async () => {
    const steered = new SteeredModel(net, [relu1]);
    await expect(steered.answer(x, { relu1: unturned(relu2) })).rejects.toThrow(
      "relu1 has 4 units, but scale has 5 numbers",
    );
    await expect(steered.answer(x, { relu2: unturned(relu2) })).rejects.toThrow('"relu2" is no layer that is steered');
    await steered.release();
  });
});
