import { describe, expect, it } from "vitest";
import { activationMaximize, facets, findFacets } from "./index.ts";
import { stacked } from "./pixels.ts";
import { bar, barPictures, plantedModel, side } from "./testing/planted.ts";

const model = plantedModel();
const unit = { tensor: "logits", channel: 0 };
const pictures = barPictures(80);
const everything = { images: [...Array(80).keys()], k: 2, perplexity: 10 };

/** How much of an image's pattern is that of a bar: the correlation of their pixels. */
function likeness(image: Float32Array, kind: "stands" | "lies"): number {
  const shape = bar(kind);
  const centred = (v: Float32Array) => v.map((x) => x - v.reduce((a, b) => a + b, 0) / v.length);
  const [a, b] = [centred(image), centred(shape)];
  const dot = (u: Float32Array, v: Float32Array) => u.reduce((sum, x, i) => sum + x * v[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe("a unit with two planted facets", () => {
  it("has both found, each with an image of its own", async () => {
    const found = await facets(model, unit, pictures, everything);
    expect(found.nFacets).toBe(2);
    expect(found.silhouette).toBeGreaterThan(0.5);
    expect(found.facets.map(({ size }) => size)).toEqual([40, 40]);
    expect(found.map.shape).toEqual([80, 2]);
    const kinds = found.facets.map(({ image, exemplars, activation, percentile }) => {
      expect(exemplars.length).toBe(15);
      expect(new Set(exemplars.map((index) => index % 2)).size).toBe(1);
      expect(activation).toBeGreaterThan(0);
      expect(percentile).toBe(100);
      const kind = exemplars[0] % 2 === 0 ? "stands" : "lies";
      expect(likeness(image, kind)).toBeGreaterThan(0.8);
      expect(likeness(image, kind === "lies" ? "stands" : "lies")).toBeLessThan(0.3);
      return kind;
    });
    expect(new Set(kinds).size).toBe(2);
  });

  it("shows a mixture where the mean is taken over all pictures instead", async () => {
    const { seeds } = await findFacets(model, unit, pictures, everything);
    const mixed = seeds[0].meanImage.map((v, i) => (v + seeds[1].meanImage[i]) / 2);
    const { images } = await activationMaximize(model, unit, stacked([mixed], [1, side, side]));
    const image = images.data as Float32Array;
    expect(Math.max(likeness(image, "stands"), likeness(image, "lies"))).toBeLessThan(0.8);
  });

  it("has one facet where pictures of one kind are shown", async () => {
    const { seeds, images } = await findFacets(model, unit, pictures, { label: "lies", k: 1, perplexity: 10 });
    expect(images.every((index) => index % 2 === 1)).toBe(true);
    expect(seeds.length).toBe(1);
  });

  it("takes the pictures that excite a hidden unit most", async () => {
    const hidden = { tensor: "code/Relu", channel: 0 };
    const found = await findFacets(model, hidden, barPictures(410), { k: 1, codeLayer: "logits", perplexity: 5 });
    expect(found.images.length).toBe(200);
    expect(found.images.every((index) => index % 2 === 0)).toBe(true);
    expect(Math.min(...found.activations)).toBeGreaterThan(0);
  });
});

describe("bad input", () => {
  it("too few pictures: how many there are, how many it takes", async () => {
    const few = { images: [...Array(40).keys()] };
    await expect(findFacets(model, unit, pictures, { ...few, k: 5 })).rejects.toMatchObject({
      code: "no-data",
      message: '40 pictures were found for "logits:0"; 5 facets of 15 pictures need 75',
      advice: expect.stringContaining("k: 2 at most"),
    });
    await expect(findFacets(model, unit, pictures, { images: [0, 1, 2] })).rejects.toThrow(/3 pictures were found/);
  });

  it("a unit that never fires is named", async () => {
    await expect(findFacets(model, { tensor: "logits", channel: 1 }, pictures, everything)).rejects.toThrow(
      /"logits:1" never fires: its largest activation on 80 pictures is -1/,
    );
  });

  it("a class whose pictures are not said", async () => {
    await expect(findFacets(model, unit, pictures)).rejects.toThrow(/which pictures are of its class/);
    await expect(findFacets(model, unit, pictures, { label: "leans" })).rejects.toThrow(
      /no picture has the label "leans"/,
    );
  });

  it("a model that does not say how it wants its pixels", async () => {
    const silent = plantedModel(null);
    await expect(findFacets(silent, unit, pictures, everything)).rejects.toMatchObject({
      message: expect.stringMatching(/does not say how it wants its pixels; those of the pictures are from \d+ to \d+/),
    });
  });

  it("a layer that gives no codes", async () => {
    await expect(findFacets(model, unit, pictures, { ...everything, codeLayer: "code" })).rejects.toMatchObject({
      code: "unknown-layer",
      advice: expect.stringContaining("code/Relu"),
    });
  });
});
