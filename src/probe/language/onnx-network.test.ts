import { describe, expect, it } from "vitest";
import { decodeModel, exportOnnx, Rng, Tensor, type Value } from "../../graph/index.ts";
import { gpt, init } from "../../nn/index.ts";
import { expectClose } from "../../nn/testing/run.ts";
import { record } from "../record.ts";
import { lastStates } from "./last-states.ts";
import { OnnxNetwork } from "./onnx-network.ts";
import { decoderSizes, onnxDecoder } from "./testing/onnx-decoder.ts";
import { TextModel } from "./text-model.ts";

const open = (bytes: Uint8Array, options: { context?: number; write?: TextModel["save"] } = {}) =>
  new TextModel(new OnnxNetwork(decodeModel(bytes), { name: "tiny", context: options.context }), {
    name: "tiny",
    ...(options.write && { write: async (_path, data) => void Object.assign(saved, { data }) }),
  });
const saved: { data?: Uint8Array } = {};

async function written(model: TextModel, prompt: readonly number[], tokens: number): Promise<number[]> {
  const text: number[] = [];
  for await (const { token } of model.generate(prompt, { tokens })) text.push(token);
  return text;
}

async function writtenAnew(model: TextModel, prompt: readonly number[], count: number): Promise<number[]> {
  const text = [...prompt];
  const { vocabulary } = decoderSizes;
  for (let i = 0; i < count; i++) {
    const row = (await model.logits(text)).numbers().slice(-vocabulary);
    text.push(row.indexOf(Math.max(...row)));
  }
  return text.slice(prompt.length);
}

const prompt = [3, 7, 1, 12, 5];

describe.each([true, false])("a decoder with a cache: %s", (cached) => {
  const model = open(onnxDecoder(cached), { context: decoderSizes.context, write: async () => {} });

  it("gives logits, and writes by its cache what it writes without", async () => {
    expect(model.causal).toBe(true);
    expect(await written(model, prompt, 10)).toEqual(await writtenAnew(model, prompt, 10));
    const reader = model.reader(8);
    await reader.read(prompt);
    const last = await reader.read([9, 2, 4]);
    expectClose(last, (await model.logits([...prompt, 9, 2, 4])).numbers().slice(-16), 4);
    await model.release();
  });

  it("lists its layers, which are recorded and edited by the same address", async () => {
    const names = model.layers().map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["words", "stream", "middle", "neurons", "residual", "logits"]));
    expect(names).not.toContain("pattern");
    expect(model.layers(["neurons"])).toMatchObject([{ kind: "Relu", units: 10, shape: [10] }]);
    const { neurons } = await model.activations(prompt, ["neurons"]);
    expectClose((await lastStates(model, [prompt], { layers: ["neurons"] })).neurons, neurons.numbers().slice(-10));
    const { layers } = await record(model, [prompt, [1, 2]], { top: 2 });
    expect(layers.map(({ layer }) => layer.name)).toEqual(["neurons"]);
    const column = Array.from({ length: 5 }, (_, step) => neurons.numbers()[10 * step + 4]);
    const best = layers[0].top.entries(4).find(({ sample }) => sample === 0);
    expect(best?.value).toBeCloseTo(Math.max(...column), 5);
    expect(best?.position).toBe(column.indexOf(Math.max(...column)));

    const edited = model.edit({ neurons: { units: [4, 6], set: 5 } });
    expect(edited.layers().map(({ name }) => name)).toEqual(names);
    const changed = (await edited.activations(prompt, ["neurons"])).neurons.numbers();
    for (const [i, v] of changed.entries())
      expect(v).toBeCloseTo([4, 6].includes(i % 10) ? 5 : neurons.numbers()[i], 5);
    const text = await written(edited, prompt, 10);
    expect(text).toEqual(await writtenAnew(edited, prompt, 10));
    expect(text).not.toEqual(await written(model, prompt, 10));
    await edited.save("edited.onnx");
    expect(await written(open(saved.data as Uint8Array), prompt, 10)).toEqual(text);
    expect(() => model.edit({ neurons: { set: 0, steps: [1] } })).toThrow("edited at all steps alike");
    expect(() => model.edit({ neurons: { patch: neurons } })).toThrow("without patches");
    expect(() => model.edit({ nothing: { set: 0 } })).toThrow('no layer is named "nothing"');
    await Promise.all([model.release(), edited.release()]);
  });
});

it.each([true, false])(
  "computes edits that no file can hold, and writes with them: with a cache %s",
  async (cached) => {
    const model = open(onnxDecoder(cached), { context: decoderSizes.context, write: async () => {} });
    const edited = model.edit({
      fed: { reads: ["middle", "neurons"], compute: (fed, [x, a]) => fed.add(x.mul(a.max(-1, true))) },
      neurons: { units: [1], set: 3 },
    });
    const before = await model
      .edit({ neurons: { units: [1], set: 3 } })
      .activations(prompt, ["middle", "neurons", "fed"]);
    const { fed } = await edited.activations(prompt, ["fed"]);
    const [x, a, y] = ["middle", "neurons", "fed"].map((name) => before[name].numbers());
    const { width, hidden } = decoderSizes;
    const most = (t: number) => Math.max(...a.slice(hidden * t, hidden * (t + 1)));
    expectClose(
      fed,
      y.map((v, i) => v + x[i] * most(Math.floor(i / width))),
      4,
    );
    expect(await written(edited, prompt, 10)).toEqual(await writtenAnew(edited, prompt, 10));
    await expect(edited.save("edited.onnx")).rejects.toThrow('what is computed at "fed" is no part of the file');
    await Promise.all([model.release(), edited.release()]);
  },
);

it("our own export of a decoder, of fixed sizes", async () => {
  const heads = 2;
  const params = init.gpt(new Rng(5), { vocabulary: 16, width: 8, layers: 2, heads, context: 12 });
  const network = (tokens: Value) => gpt(params, tokens, { heads });
  const model = open(exportOnnx(network, [Tensor.zeros([1, 12], "int64")], { names: ["input_ids"] }));
  expect([model.fixed, model.context]).toEqual([{ batch: 1, steps: 12 }, 12]);
  expect(await written(model, prompt, 20)).toEqual(await writtenAnew(model, prompt, 7));
  await model.release();
});

it("what has no logits does not write", async () => {
  const bytes = exportOnnx(
    (tokens: Value) => ({ last_hidden_state: tokens.cast("float32").unsqueeze(-1).mul(2) }),
    [Tensor.zeros([1, 4], "int64")],
  );
  const model = open(bytes);
  expect(model.causal).toBe(false);
  await expect(written(model, [1], 1)).rejects.toThrow("tiny has no logits of the next token");
  await expect(model.logits([1])).rejects.toThrow("tiny has no logits");
});
