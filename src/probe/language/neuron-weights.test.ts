import { describe, expect, it } from "vitest";
import { decodeModel, encodeModel, exportOnnx, Rng, Tensor, type Value } from "../../graph/index.ts";
import { int, network, node, port } from "../../graph/testing/proto.ts";
import { gpt, init } from "../../nn/index.ts";
import { readDecoder } from "../architectures/index.ts";
import { cases, configOf, storedFile } from "../architectures/testing/cases.ts";
import { DecoderNetwork } from "./decoder-network.ts";
import { findWeights, neuronWeights } from "./find-weights.ts";
import type { NeuronWeights } from "./neuron-weights.ts";
import { OnnxNetwork } from "./onnx-network.ts";
import { onnxDecoder } from "./testing/onnx-decoder.ts";
import { TextModel } from "./text-model.ts";

const onnx = (bytes: Uint8Array, name = "tiny") =>
  new TextModel(new OnnxNetwork(decodeModel(bytes), { name }), { name });

/** Everything that is decoded with, as plain numbers. */
async function numbersOf({ head, norm, networks, ...sizes }: NeuronWeights) {
  const plain = (tensor: Tensor | undefined) => tensor && [...tensor.numbers()];
  const { data, shape } = head.weight;
  const rows = head.first === "tokens" ? shape : [...shape].reverse();
  const flat = Array.from({ length: data.length }, (_, i) => {
    const [token, element] = [Math.floor(i / rows[1]), i % rows[1]];
    return Number(data[head.first === "tokens" ? i : element * rows[0] + token]);
  });
  return {
    width: sizes.width,
    vocabulary: sizes.vocabulary,
    head: flat,
    norm: { ...norm, scale: plain(norm.scale) },
    networks: await Promise.all(
      networks.map(async ({ sides, rows, read, written, taps, layer, neurons }) => ({
        layer,
        neurons,
        sides,
        taps,
        rows: await Promise.all(sides.map(async (side) => plain(await rows(side)))),
        read: { ...read, scale: plain(read.scale) },
        written: written && { ...written, scale: plain(written.scale) },
      })),
    ),
  };
}

describe.each(cases)("%s", (name) => {
  it("the weights that are found in the graph are those that the architecture has", async () => {
    const decoder = await readDecoder(JSON.stringify(configOf(name)), await storedFile(name), name);
    const model = new TextModel(new DecoderNetwork(decoder), { name });
    expect(await numbersOf(await findWeights(model, {}))).toEqual(await numbersOf(await neuronWeights(model)));
  });
});

it("finds them in files: without norms, of our own export, with the names by which they are edited", async () => {
  const model = onnx(onnxDecoder(true));
  const { networks, norm, head, vocabulary } = await neuronWeights(model);
  expect(networks).toHaveLength(1);
  expect(networks[0]).toMatchObject({ layer: 0, neurons: 10, sides: ["up", "down"], read: { centred: false } });
  expect(networks[0].taps).toEqual({ read: "middle", up: "risen", product: "neurons", written: "fed" });
  expect([norm, head.first, vocabulary]).toEqual([{ centred: false }, "width", 16]);
  expect((await networks[0].rows("down")).data).toEqual(model.weights.down.data);
  await expect(networks[0].rows("gate")).rejects.toThrow("layer 0 has no gates");
  expect((await neuronWeights(model, { head: "wte" })).head).toEqual({ weight: model.weights.wte, first: "tokens" });
  await expect(neuronWeights(model, { head: "nothing" })).rejects.toThrow('tiny has no weight "nothing"');

  const params = init.gpt(new Rng(3), {
    vocabulary: 11,
    width: 8,
    layers: 2,
    heads: 2,
    feedForward: "gated",
    norm: "rms",
  });
  const exported = exportOnnx((t: Value) => gpt(params, t, { heads: 2, rotary: {} }), [Tensor.zeros([1, 6], "int64")], {
    names: ["input_ids"],
  });
  const again = await neuronWeights(onnx(exported));
  expect(again.networks.map(({ sides }) => sides.length)).toEqual([3, 3]);
  // The export has the tied head turned already.
  expect([again.head.first, again.head.weight.shape]).toEqual(["width", [8, 11]]);
  const { feedForward } = params.blocks[1];
  if ("gate" in feedForward) expect((await again.networks[1].rows("down")).data).toEqual(feedForward.down.weight.data);
});

/** tokens → wte → [the network] → stream; logits by wteᵀ. */
function oneNetwork(nodes: readonly ReturnType<typeof node>[], weights: Record<string, Tensor>): Uint8Array {
  const rng = new Rng(9);
  const all = [
    node("Gather", ["wte", "input_ids"], ["stream"]),
    ...nodes,
    node("Add", ["stream", "fed"], ["residual"]),
    node("MatMul", ["residual", "head"], ["logits"]),
  ];
  const shared = { wte: rng.normal([7, 4]), head: rng.normal([4, 7]) };
  return encodeModel(
    network(17, all, [port("input_ids", ["batch", "steps"], "int64")], [port("logits", ["batch", "steps", 7])], {
      ...shared,
      ...weights,
    }),
  );
}

it("dequantises integers, and says which have no scale", async () => {
  const integers = Tensor.of(
    Array.from({ length: 12 }, (_, i) => i - 6),
    [4, 3],
    "int8",
  );
  const down = new Rng(1).normal([3, 4]);
  const scaled = oneNetwork(
    [
      node("DequantizeLinear", ["up_int", "step", "zero"], ["up"]),
      node("MatMul", ["stream", "up"], ["risen"]),
      node("Relu", ["risen"], ["neurons"]),
      node("MatMul", ["neurons", "down"], ["fed"]),
    ],
    { up_int: integers, step: Tensor.scalar(0.5), zero: Tensor.scalar(2, "int8"), down },
  );
  const rows = await (await neuronWeights(onnx(scaled))).networks[0].rows("up");
  expect([...rows.numbers()]).toEqual([0, 1, 2].flatMap((n) => [0, 1, 2, 3].map((k) => 0.5 * (3 * k + n - 8))));

  const dynamic = (scale: string[]) =>
    oneNetwork(
      [
        node("DynamicQuantizeLinear", ["stream"], ["q", "q_step", "q_zero"]),
        node("MatMulInteger", ["q", "up_int", "q_zero", "zero"], ["sums"]),
        node("Cast", ["sums"], ["sums_float"], [int("to", 1)]),
        ...(scale.length > 1 ? [node("Mul", scale, ["scale"])] : [node("Identity", scale, ["scale"])]),
        node("Mul", ["sums_float", "scale"], ["risen"]),
        node("Relu", ["risen"], ["neurons"]),
        node("MatMul", ["neurons", "down"], ["fed"]),
      ],
      { up_int: integers, step: Tensor.scalar(0.5), zero: Tensor.scalar(2, "int8"), down },
    );
  const found = await (await neuronWeights(onnx(dynamic(["q_step", "step"])))).networks[0].rows("up");
  expect(found.data).toEqual(rows.data);
  await expect(neuronWeights(onnx(dynamic(["q_step"])))).rejects.toThrow(
    'the quantised weight "up_int" has no scale of its own',
  );
});

it("experts of one layer, and one matrix for gate and up", async () => {
  const rng = new Rng(4);
  const expert = (i: number) => [
    node("MatMul", ["stream", `up${i}`], [`risen${i}`]),
    node("Tanh", [`risen${i}`], [`neurons${i}`]),
    node("MatMul", [`neurons${i}`, `down${i}`], [`fed${i}`]),
  ];
  const two = oneNetwork([...expert(0), ...expert(1), node("Add", ["fed0", "fed1"], ["fed"])], {
    up0: rng.normal([4, 3]),
    up1: rng.normal([4, 5]),
    down0: rng.normal([3, 4]),
    down1: rng.normal([5, 4]),
  });
  const { networks } = await neuronWeights(onnx(two));
  expect(networks.map(({ layer, expert: which, neurons }) => [layer, which, neurons])).toEqual([
    [0, 0, 3],
    [0, 1, 5],
  ]);

  const both = rng.normal([4, 6]);
  const packed = oneNetwork(
    [
      node("MatMul", ["stream", "both"], ["gate_up"]),
      node("Split", ["gate_up", "parts"], ["gate", "up"], [int("axis", -1)]),
      node("Sigmoid", ["gate"], ["open"]),
      node("Mul", ["gate", "open"], ["silu"]),
      node("Mul", ["silu", "up"], ["neurons"]),
      node("MatMul", ["neurons", "down"], ["fed"]),
    ],
    { both, down: rng.normal([3, 4]), parts: Tensor.of([3, 3], [2], "int64") },
  );
  const [gated] = (await neuronWeights(onnx(packed))).networks;
  expect(gated.sides).toEqual(["up", "gate", "down"]);
  expect(gated.taps).toEqual({ read: "stream", up: "up", gate: "gate", product: "neurons", written: "fed" });
  const column = (n: number) => [0, 1, 2, 3].map((k) => both.data[6 * k + n]);
  expect([...(await gated.rows("gate")).data]).toEqual([0, 1, 2].flatMap(column));
  expect([...(await gated.rows("up")).data]).toEqual([3, 4, 5].flatMap(column));
});

it("says which matrices could be the head, where none is recognised", async () => {
  const headless = encodeModel(
    network(
      17,
      [node("Gather", ["wte", "input_ids"], ["stream"]), node("Softmax", ["stream"], ["logits"])],
      [port("input_ids", ["batch", "steps"], "int64")],
      [port("logits", ["batch", "steps", 4])],
      { wte: new Rng(1).normal([7, 4]) },
    ),
  );
  await expect(neuronWeights(onnx(headless))).rejects.toMatchObject({
    message: expect.stringContaining("no head is recognised"),
    advice: expect.stringContaining('"wte" [7, 4]'),
  });
});
