import { describe, expect, it } from "vitest";
import { Rng, Tensor } from "../../../graph/index.ts";
import { widestBridge } from "./bridge.ts";
import { facetMap } from "./facet-map.ts";
import { principalComponents } from "./pca.ts";
import { meanSilhouette, silhouettes } from "./silhouette.ts";
import { mapDivergence, tsne } from "./tsne.ts";

const distance = (x: Tensor, i: number, j: number) => {
  const [, d] = x.shape;
  const v = x.numbers();
  return Math.hypot(...Array.from({ length: d }, (_, k) => v[i * d + k] - v[j * d + k]));
};

/** Points around as many centres, in turn. */
function islands(centres: number, n: number, d: number, apart: number): Tensor {
  const rng = new Rng(3);
  const middle = rng.normal([centres, d], 0, apart).numbers();
  return Tensor.of(
    Float64Array.from(
      { length: n * d },
      (_, i) => middle[(Math.floor(i / d) % centres) * d + (i % d)] + rng.gaussian(),
    ),
    [n, d],
  );
}

describe("principal components", () => {
  it.each([
    [12, 5],
    [6, 20],
  ])("of %i points in %i dimensions keep distances when all are kept, and fall in width", async (n, d) => {
    const x = new Rng(1).normal([n, d]);
    const all = await principalComponents(x, d);
    expect(all.shape).toEqual([n, Math.min(d, n - 1)]);
    for (const [i, j] of [
      [0, 1],
      [2, 5],
      [3, 4],
    ])
      expect(distance(all, i, j)).toBeCloseTo(distance(x, i, j), 5);
    const columns = all.shape[1];
    const width = (k: number) => all.numbers().reduce((sum, v, i) => (i % columns === k ? sum + v * v : sum), 0);
    for (let k = 1; k < columns; k++) expect(width(k)).toBeLessThanOrEqual(width(k - 1) + 1e-9);
  });
});

describe("t-SNE", () => {
  it("keeps neighbours better than principal components, and islands apart", async () => {
    const x = await principalComponents(islands(3, 90, 10, 3), 10);
    const map = await tsne(x, { perplexity: 10, iterations: 400 });
    const flat = Tensor.of(
      x.numbers().filter((_, i) => i % x.shape[1] < 2),
      [90, 2],
      "float64",
    );
    expect(mapDivergence(x, map, 10)).toBeLessThan(mapDivergence(x, flat, 10));
    expect(
      meanSilhouette(
        map,
        Array.from({ length: 90 }, (_, i) => i % 3),
      ),
    ).toBeGreaterThan(0.7);
    expect((await tsne(x, { perplexity: 10, iterations: 400 })).data).toEqual(map.data);
  });

  it("refuses what cannot be mapped", async () => {
    await expect(tsne(Tensor.zeros([2, 5]))).rejects.toMatchObject({ code: "shape" });
  });
});

describe("silhouettes", () => {
  it("of two pairs on a line", () => {
    // Points 0, 1 and 10, 12: of the first, a = 1 and b = 11.
    const x = Tensor.of([0, 1, 10, 12], [4, 1]);
    const found = silhouettes(x, [0, 0, 1, 1]);
    expect([...found]).toEqual([1 - 1 / 11, 1 - 1 / 10, 1 - 2 / 9.5, 1 - 2 / 11.5].map((v) => expect.closeTo(v, 10)));
    expect([...silhouettes(x, [0, 1, 2, 2])].slice(0, 2)).toEqual([0, 0]);
    expect(meanSilhouette(x, [0, 0, 0, 0])).toBe(0);
  });
});

describe("bridges", () => {
  it("of two halves of an even strip are a sixth of the points, of islands none", () => {
    const strip = Tensor.of(
      Array.from({ length: 1200 }, (_, i) => (i % 2 === 0 ? i / 2 : 0)),
      [600, 2],
    );
    const halves = Array.from({ length: 600 }, (_, i) => Math.floor(i / 300));
    expect(widestBridge(strip, halves)).toBeCloseTo(1 / 6, 2);
    const islands = Tensor.of([0, 0, 1, 0, 10, 0, 11, 0], [4, 2]);
    expect(widestBridge(islands, [0, 0, 1, 1])).toBe(0);
  });
});

describe("the map of facets", () => {
  it("has one facet where there is one cloud, though k-means divides it well", async () => {
    const found = await facetMap(islands(1, 120, 12, 0), { k: "auto", iterations: 400, perplexity: 10 });
    expect(Math.max(...found.silhouettes)).toBeGreaterThan(0.35);
    expect(found.nFacets).toBe(1);
    expect(found.facets.map(({ size }) => size)).toEqual([120]);
  });

  it("finds as many facets as there are, the largest first", async () => {
    const found = await facetMap(islands(3, 120, 12, 4), { k: "auto", iterations: 400, perplexity: 10 });
    expect(found.nFacets).toBe(3);
    expect(found.facets.map(({ size }) => size)).toEqual([40, 40, 40]);
    for (const [facet, { fromMiddle }] of found.facets.entries())
      expect(new Set(fromMiddle.map((place) => found.cluster[place]))).toEqual(new Set([facet]));
    const [first] = found.facets;
    expect(new Set(first.fromMiddle.map((place) => place % 3)).size).toBe(1);
  });
});
