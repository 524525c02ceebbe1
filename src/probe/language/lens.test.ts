import { expect, it } from "vitest";
import { Tensor } from "../../graph/index.ts";
import { readDecoder } from "../architectures/index.ts";
import { configOf, storedFile } from "../architectures/testing/cases.ts";
import { DecoderNetwork } from "./decoder-network.ts";
import { decodeUnits, findUnits } from "./lens.ts";
import { TextModel } from "./text-model.ts";

const tiny = async (name: string) =>
  new TextModel(new DecoderNetwork(await readDecoder(JSON.stringify(configOf(name)), await storedFile(name), name)), {
    name,
  });

/**
 * What a unit does to the logits, measured: the last stream is set to a large constant vector, then the unit's own vector is added. With the
 * stream's mean square 1 and the vector small against it, the norm's division stays what it is.
 */
async function measured(model: TextModel, vector: readonly number[]): Promise<number[]> {
  const last = model.layers().at(-1)?.name as string;
  const width = vector.length;
  // Half up, half down: mean 0, mean square 1, so that both kinds of norm divide by 1.
  const base = Array.from({ length: width }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const small = 1e-3;
  const logits = async (stream: readonly number[]) =>
    (await model.edit({ [last]: { patch: Tensor.of(stream, [1, width]) } }).logits([1])).numbers();
  const [up, down] = [
    await logits(base.map((v, i) => v + small * vector[i])),
    await logits(base.map((v, i) => v - small * vector[i])),
  ];
  // What the vector does to the stream's length is not the unit's own word: it scales what the base says.
  const plain = await logits(base);
  const along = base.reduce((sum, v, i) => sum + v * vector[i], 0) / width;
  const zero = await logits(base.map((v) => v * 1e-9));
  return Array.from(up, (v, token) => (v - down[token]) / (2 * small) + along * (plain[token] - zero[token]));
}

it.each(["llama", "gpt2"])("%s: effects on logits are those that are measured", async (name) => {
  const model = await tiny(name);
  const { params, sizes } = await readDecoder(JSON.stringify(configOf(name)), await storedFile(name), name);
  const { feedForward } = params.blocks[1];
  const down = ("gate" in feedForward ? feedForward.down : feedForward[1]).weight.numbers();
  const [decoded] = await decodeUnits(model, "block1/mlp", { units: [5], top: 20 });
  const effects = await measured(model, [...down.slice(5 * sizes.width, 6 * sizes.width)]);
  expect([...decoded.promotes].map(({ effect }) => effect)).toEqual(
    [...decoded.promotes].map(({ effect }) => effect).sort((a, b) => b - a),
  );
  for (const { token, effect, text } of decoded.promotes) {
    expect(text).toBeUndefined();
    expect(effect).toBeCloseTo(effects[token], 2);
  }
  expect(decoded.suppresses.map(({ token }) => token)).toEqual(decoded.promotes.map(({ token }) => token).reverse());
  await model.release();
});

it("finds the neurons that promote a token, by their place among all its effects", async () => {
  const model = await tiny("gemma2");
  const found = await findUnits(model, [7], { top: 24 });
  expect(found).toHaveLength(24);
  const all = await decodeUnits(model, found[0].layer, { units: [found[0].unit], top: 20 });
  const effects = all[0].promotes.map(({ effect }) => effect);
  const mean = effects.reduce((a, b) => a + b) / 20;
  const deviation = Math.sqrt(effects.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 20);
  const own = all[0].promotes.find(({ token }) => token === 7)?.effect ?? 0;
  expect(found[0].score).toBeCloseTo((own - mean) / deviation, 3);
  expect(found.map(({ score }) => score)).toEqual([...found.map(({ score }) => score)].sort((a, b) => b - a));
  expect((await findUnits(model, [7], { layers: ["block1/mlp"] })).every(({ layer }) => layer === "block1/mlp")).toBe(
    true,
  );
});

it("refuses what writes no single vector", async () => {
  const model = await tiny("llama");
  await expect(decodeUnits(model, "block0/heads")).rejects.toThrow("a head writes no single vector");
  await expect(decodeUnits(model, "block0/mlp", { units: [12] })).rejects.toThrow("units 0 to 11");
  await expect(findUnits(model, [99])).rejects.toThrow("beyond the vocabulary");
});
