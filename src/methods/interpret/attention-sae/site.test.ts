import { describe, expect, it } from "vitest";
import { Tensor } from "../../../graph/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import { onnxDecoder } from "../../../probe/language/testing/onnx-decoder.ts";
import { attributionErrors } from "./experiment/identities.ts";
import { type AttentionSite, findAttention, outputWeights, siteVectors } from "./index.ts";
import { beginningWith, decoderOf, fusedExport, grouped, onnxModel, randomSae } from "./testing/models.ts";

/** Sums of attributions are pre-activations, and ẑ with its error is z: in each layer of the model. */
async function explains(model: TextModel, sites: readonly AttentionSite[], vocabulary: number) {
  const texts = [0, 1].map((row) => Array.from({ length: 7 }, (_, i) => (3 * i + 5 * row + 1) % vocabulary));
  for (const site of sites) {
    const sae = randomSae(site.heads * site.headWidth, site.heads);
    const { heads, sources, shares, splice } = await attributionErrors(model, site, sae, texts);
    for (const error of [heads, sources, shares, splice]) expect(error).toBeLessThan(1e-4);
    expect((await outputWeights(model, site))?.shape[0]).toBe(site.heads * site.headWidth);
  }
}

describe("attention is found", () => {
  it.each(["gpt2", "llama", "qwen3", "gemma2", "gpt-neox"])("in %s, and explained", async (name) => {
    const model = await decoderOf(name);
    const sites = findAttention(model);
    const heads = model.layers(/heads$/);
    expect(sites.map(({ z, heads: count, headWidth }) => ({ name: z, shape: [count, headWidth] }))).toEqual(
      heads.map(({ name: layer, shape }) => ({ name: layer, shape })),
    );
    await explains(model, sites.slice(-1), 16);
  });

  it("in an ONNX file, with and without a cache", async () => {
    for (const cached of [true, false]) {
      const model = onnxModel(onnxDecoder(cached));
      const sites = findAttention(model);
      expect(sites).toEqual([{ layer: 0, z: "joined", heads: 2, headWidth: 4 }]);
      await explains(model, sites, 16);
    }
  });

  it("with heads that share keys and values, in the network and in its export alike", async () => {
    const { network, file } = grouped();
    const [texts, at] = [[Array.from({ length: 11 }, (_, i) => (7 * i) % 20)], 1];
    const sites = findAttention(network);
    expect(sites.map(({ heads, headWidth }) => [heads, headWidth])).toEqual([
      [4, 3],
      [4, 3],
    ]);
    await explains(network, sites, 20);
    const exported = onnxModel(file);
    const found = findAttention(exported);
    expect(found.map(({ heads, headWidth }) => [heads, headWidth])).toEqual([
      [4, 3],
      [4, 3],
    ]);
    const both = [twice(texts), twice(texts)];
    const [one, other] = [
      await siteVectors(network, sites[at], both[0]),
      await siteVectors(exported, found[at], both[1]),
    ];
    const difference = one.z.numbers().reduce((most, x, i) => Math.max(most, Math.abs(x - other.z.numbers()[i])), 0);
    expect(difference).toBeLessThan(1e-5);
  });

  it.each(["kernel", "standard"] as const)("in a fused %s, which is taken apart", async (kind) => {
    const model = onnxModel(fusedExport(kind));
    const sites = findAttention(model);
    expect(sites).toEqual([{ layer: 0, z: "mixed", heads: 4, headWidth: 3 }]);
    await explains(model, sites, 20);
  });
});

const twice = (texts: readonly number[][]) => [...texts, ...texts];

it("marks that begin texts are left out, and vectors say where they come from", async () => {
  const { network } = grouped();
  const [site] = findAttention(network);
  const marked = beginningWith(network, [3]);
  const { z, text, step } = await siteVectors(marked, site, [
    [3, 1, 2],
    [4, 5],
  ]);
  expect([...text]).toEqual([0, 0, 1, 1]);
  expect([...step]).toEqual([1, 2, 0, 1]);
  const plain = await siteVectors(network, site, [[3, 1, 2]]);
  expect(z.numbers().subarray(0, 24)).toEqual(plain.z.numbers().subarray(12));
});

it("a model without attention, and a site of another model, are said", async () => {
  const { network } = grouped();
  const [site] = findAttention(network);
  const none = {
    name: "none",
    tokenize: () => [],
    apply: (tokens: Parameters<TextModel["apply"]>[0]) => tokens.cast("float32").unsqueeze(-1),
  };
  expect(() => findAttention(none)).toThrow("none has no attention");
  await expect(siteVectors(network, { ...site, z: "block9/heads" }, [[1, 2]])).rejects.toThrow(
    'has no attention "block9/heads"',
  );
  const hidden = { ...site, opaque: 'FlashAttention at "layer0" is one kernel' };
  const { dfa } = await import("./index.ts");
  await expect(dfa(network, hidden, randomSae(12, 4), [1, 2], 0, 1)).rejects.toThrow(
    'no attention pattern in the graph: FlashAttention at "layer0"',
  );
  expect(Tensor.scalar(1).item()).toBe(1);
});
