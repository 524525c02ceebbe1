import { describe, expect, it } from "vitest";
import { loadStories260K } from "../../../data/index.ts";
import { decodeModel, exportOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { gpt } from "../../../nn/index.ts";
import { dataSource } from "../../../node/data-source.ts";
import { mirrored } from "../../../node/testing/mirror.ts";
import { neuronWeights, OnnxNetwork, TextModel } from "../../../probe/index.ts";
import { compareDecodings } from "./compare.ts";
import { decodeDirections, decodeNeurons, decodeTable, type NeuronWords } from "./decode.ts";
import { directDecode } from "./experiment/identities.ts";
import { shuffledHead } from "./experiment/stories.ts";
import { findNeurons, searchNeurons } from "./find.ts";
import { letters, smallModel, words } from "./testing/small-model.ts";
import { decodeUnit, verbOf } from "./unit-words.ts";
import { wordOf } from "./words.ts";

/** A neuron's direction by the plain formulas, in float64, and ℓ and cosines of all tokens. */
async function byHand(model: TextModel, { layer, index, side, sign }: NeuronWords) {
  const weights = await neuronWeights(model);
  const { width, vocabulary, head, norm, networks } = weights;
  const row = [...(await networks[layer].rows(side)).numbers()].slice(index * width, (index + 1) * width);
  const centre = (v: readonly number[]) => v.map((x) => x - v.reduce((a, b) => a + b) / width);
  const times = (v: readonly number[], by: Tensor | undefined) => v.map((x, i) => x * (by?.numbers()[i] ?? 1));
  let w = side === "down" ? row : times(row, networks[layer].read.scale);
  if (side !== "down" && networks[layer].read.centred) w = centre(w);
  if (norm.centred) w = centre(w);
  const n = times(
    w.map((x) => (x * Math.sqrt(width)) / Math.hypot(...w)),
    norm.scale,
  );
  const rows = Array.from({ length: vocabulary }, (_, token) =>
    [...head.weight.numbers()].slice(token * width, (token + 1) * width),
  );
  const mean = rows[0].map((_, i) => rows.reduce((sum, r) => sum + r[i], 0) / vocabulary);
  const centred = rows.map((r) => r.map((x, i) => x - mean[i]));
  const logits = centred.map((r) => sign * r.reduce((sum, x, i) => sum + x * n[i], 0));
  const cosines = centred.map((r, token) => logits[token] / (Math.hypot(...r) * Math.hypot(...n)));
  return { logits, cosines };
}

describe.each([true, false])("a model with gates: %s", (gated) => {
  const model = smallModel({ gated });

  it("every neuron's words, with both signs, are those of the formulas", async () => {
    const table = await decodeTable(model);
    expect(table.neurons).toHaveLength(2 * 20 * (gated ? 3 : 2) * 2);
    expect(table.sides).toEqual(gated ? ["up", "gate", "down"] : ["up", "down"]);
    expect(table.warnings.join()).toContain(gated ? "" : "have no gates");
    for (const neuron of table.neurons.filter((_, i) => i % 7 === 0)) {
      const { logits, cosines } = await byHand(model, neuron);
      const order = [...logits.keys()].sort((a, b) => logits[b] - logits[a]);
      expect(neuron.tokens).toEqual(order.slice(0, 10));
      const sum = logits.reduce((total, v) => total + Math.exp(v), 0);
      for (const [i, token] of neuron.tokens.entries()) {
        expect(neuron.logit[i]).toBeCloseTo(logits[token], 4);
        expect(neuron.cosine[i]).toBeCloseTo(cosines[token], 5);
        expect(neuron.prob[i]).toBeCloseTo(Math.exp(logits[token]) / sum, 5);
        expect(neuron.words[i]).toBe(words[token]);
      }
      // The next word is another one, not the nearest one's capital.
      const nearest = [...cosines.keys()].sort((a, b) => cosines[b] - cosines[a]);
      const next = nearest.find((token) => wordOf(words[token]) !== wordOf(words[nearest[0]])) as number;
      expect(neuron.score).toBeCloseTo(cosines[nearest[0]] - cosines[next], 5);
    }
    const error = await directDecode(model, table);
    expect(error.logits).toBeLessThan(1e-5);
    expect(error.orders).toBe(0);
  });

  it("raw keeps the length of rows, cosine ranks by the cosine; layers come one by one", async () => {
    const [final, raw, cosine] = await Promise.all(
      (["final", "raw", "cosine"] as const).map((norm) =>
        decodeTable(model, { norm, layers: [1], sides: ["down"], topK: 30 }),
      ),
    );
    expect(final.neurons.every(({ layer, side }) => layer === 1 && side === "down")).toBe(true);
    for (const [i, neuron] of final.neurons.entries()) {
      // The same order, another length.
      expect(raw.neurons[i].tokens).toEqual(neuron.tokens);
      expect(raw.neurons[i].logit[0] / neuron.logit[0]).toBeCloseTo(raw.neurons[i].logit[29] / neuron.logit[29], 3);
      const list = [...cosine.neurons[i].cosine];
      expect(list).toEqual([...list].sort((a, b) => b - a));
      expect(cosine.neurons[i].score).toBeCloseTo(neuron.score, 5);
    }
    const counts: number[] = [];
    for await (const layer of decodeNeurons(model, { sides: ["up"], onProgress: (done) => counts.push(done) }))
      expect(new Set(layer.map((one) => one.layer)).size).toBe(1);
    expect(counts).toEqual([20, 40]);
  });
});

it("an ONNX file of the model gives the same words", async () => {
  const model = smallModel();
  const { params, options } = model.network.decoder as NonNullable<typeof model.network.decoder>;
  const bytes = exportOnnx((t: Value) => gpt(params, t, options), [Tensor.zeros([1, 6], "int64")], {
    names: ["input_ids"],
  });
  const file = new TextModel(new OnnxNetwork(decodeModel(bytes), { name: "file" }), {
    name: "file",
    tokenizer: letters,
  });
  const [own, other] = [await decodeTable(model), await decodeTable(file)];
  expect(compareDecodings(own, other).same).toBe(1);
  expect(other.neurons.map(({ tokens }) => tokens[0])).toEqual(own.neurons.map(({ tokens }) => tokens[0]));
});

describe("neurons by word", () => {
  const model = smallModel();

  it("in a table and straight from the weights, the nearest first", async () => {
    const table = await decodeTable(model, { topK: 30, norm: "cosine" });
    const found = findNeurons(table, " B", { limit: 5 });
    const hits = await searchNeurons(model, "b", { limit: 5 });
    expect(found.map(({ layer, index, side, sign }) => ({ layer, index, side, sign }))).toEqual(
      hits.map(({ layer, index, side, sign }) => ({ layer, index, side, sign })),
    );
    for (const { token, name, layer } of hits) expect([wordOf(words[token]), name]).toEqual(["b", `block${layer}/mlp`]);
    expect(findNeurons(table, "b", { side: "up" }).every(({ side }) => side === "up")).toBe(true);
    expect(findNeurons(table, "zebra")).toEqual([]);
    await expect(searchNeurons(model, "xb")).rejects.toThrow('has no token for "xb"');
  });

  it("of one unit: a neuron by all sides, a side by its own layer, an element of the stream", async () => {
    const { neurons } = await decodeTable(model, { topK: 3, norm: "cosine", layers: [1], indices: [5] });
    expect(await decodeUnit(model, "block1/mlp", 5, { topK: 3 })).toEqual(neurons);
    expect(await decodeUnit(model, "block1/gate", 5, { topK: 3 })).toEqual(neurons.slice(2, 4));
    const [plus, minus] = await decodeUnit(model, "block0/residual", 2, { topK: 30 });
    expect([verbOf(plus), verbOf(minus)]).toEqual(["promotes", "suppresses"]);
    expect(minus.tokens).toEqual([...plus.tokens].reverse());
    await expect(decodeUnit(model, "block0/mlp", 20)).rejects.toThrow("has units 0 to 19, not 20");
    await expect(decodeUnit(model, "block0/heads", 1)).rejects.toThrow("a head writes no single vector");
  });

  it("any direction of the stream: an element, a token's own row", async () => {
    const { weight } = (await neuronWeights(model)).head;
    const scale = (await neuronWeights(model)).norm.scale?.numbers() ?? [];
    const row = [...weight.numbers()].slice(12 * 7, 12 * 8).map((v, i) => v / scale[i]);
    const [[plus]] = await decodeDirections(model, Tensor.of(row, [1, 12]), { norm: "cosine" });
    expect(plus.tokens[0]).toBe(7);
    await expect(decodeDirections(model, Tensor.zeros([1, 5]))).rejects.toThrow("the stream is 12 wide");
  });

  it("with another head neurons lose their words", async () => {
    const weights = await neuronWeights(model);
    const shuffled = await decodeTable(model, { weights: shuffledHead(weights, new Rng(3)) });
    expect(compareDecodings(await decodeTable(model), shuffled).same).toBeLessThan(0.2);
  });
});

describe("two models", () => {
  it("compared neuron by neuron, by layer", async () => {
    const [a, b] = [await decodeTable(smallModel()), await decodeTable(smallModel({ seed: 2 }))];
    expect(compareDecodings(a, a)).toMatchObject({ same: 1, changed: [] });
    const { same, perLayer, changed } = compareDecodings(a, b, { side: "down" });
    expect(same).toBeCloseTo((perLayer[0] + perLayer[1]) / 2, 10);
    expect(changed).toHaveLength(Math.round(40 * (1 - same)));
    expect(
      changed.every(([before, after]) => before.index === after.index && before.tokens[0] !== after.tokens[0]),
    ).toBe(true);
    const plain = await decodeTable(smallModel({ gated: false }));
    expect(() => compareDecodings(a, plain, { side: "gate" })).toThrow('40 neurons with the side "gate", small 1 0');
    expect(() => compareDecodings(a, { ...b, vocabulary: 31 })).toThrow("small 1 has 30 tokens, small 2 31");
  });
});

it("says what does not fit", async () => {
  const model = smallModel();
  await expect(decodeTable(model, { layers: [2] })).rejects.toThrow("has layers 0 to 1, not 2");
  await expect(decodeTable(model, { topK: 0 })).rejects.toThrow("topK is 0");
  await expect(decodeTable(smallModel({ tokenizer: { ...letters, size: 31 } }))).rejects.toThrow(
    "the tokenizer has 31 tokens, the head 30 rows",
  );
  expect((await decodeTable(smallModel({ tokenizer: { ...letters, size: 29 } }))).warnings).toEqual([
    "The head has 30 rows, the tokenizer 29 tokens: the others have no text.",
  ]);
});

it.skipIf(!mirrored("stories260K"))(
  "stories260K: all 860 neurons in less than a second of processor time",
  async () => {
    const model = await loadStories260K(dataSource());
    await decodeTable(model);
    const before = process.cpuUsage();
    const table = await decodeTable(model);
    const { user, system } = process.cpuUsage(before);
    expect(table.neurons).toHaveLength(860 * 3 * 2);
    expect((user + system) / 1e6).toBeLessThan(1);
  },
);
