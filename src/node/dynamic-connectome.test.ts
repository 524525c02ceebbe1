import { describe, expect, it } from "vitest";
import { identifiedNeurons, lengthOf, loadWorms } from "../data/index.ts";
import { aroundReversals } from "../methods/brain/dynamic-connectome/experiment/worms.ts";
import { meanAffinity } from "../methods/brain/dynamic-connectome/index.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the page's snippets do what they say", () => {
  const snippets = snippetsOf("src/methods/brain/dynamic-connectome/README.md");
  expect(snippets.length).toBe(2);
  const printed = runSnippet(snippets.join("\n"));
  expect(printed.match(/strongest at [\d.]+ s/g)?.length).toBe(3);
  expect(printed).toContain("[ 60, 6, 276 ]");
  expect(printed).toMatch(/Int32Array\(6\) .* nats/);
});

describe.skipIf(mirrored("celegans-calcium") === undefined)("celegans-calcium (needs CAJAL_MIRROR)", () => {
  it("is seven worms with names and behaviour", async () => {
    const worms = await loadWorms(dataSource());
    expect(worms.map((worm) => [lengthOf(worm), worm.names.length])).toEqual(
      [146, 141, 145, 135, 140, 130, 139].map((neurons) => [800, neurons]),
    );
    for (const worm of worms) {
      expect(worm.fs).toBeCloseTo(1.662, 3);
      expect(new Set(worm.reversal)).toEqual(new Set([0, 1]));
      expect(worm.velocity.length).toBe(800);
    }
    const named = worms.map(identifiedNeurons);
    const counts = new Map<string, number>();
    for (const name of named.flatMap(({ names }) => names)) counts.set(name, (counts.get(name) ?? 0) + 1);
    expect(counts.size).toBe(141);
    expect([...counts.values()].filter((count) => count >= 4).length).toBe(102);
  });

  it("around reversals: 49 samples, 7 worms, 5,048 pairs; the strongest pair is of neurons that drive reversals", async () => {
    const { A, mask, pairs, names } = aroundReversals((await loadWorms(dataSource())).map(identifiedNeurons));
    expect(A.shape).toEqual([49, 7, 5048]);
    expect(names.length).toBe(102);
    const average = meanAffinity(A, mask);
    const strongest = average.indexOf(Math.max(...average));
    expect([names[pairs.i[strongest]], names[pairs.j[strongest]]].sort().join()).toMatch(/^(AV[AE]|RIM|AIB)[LR],/);
  });
});
