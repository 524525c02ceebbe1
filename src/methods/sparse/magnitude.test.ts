import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Tensor } from "../../graph/index.ts";
import { markLargest, never } from "./largest.ts";
import { pruneGlobal, pruneUniform } from "./magnitude.ts";
import { connections, entriesAt, fullMask } from "./masks.ts";

/** Few different numbers, so that there are ties. */
const scores = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 60 });

it("marks what a stable sort puts first", () => {
  fc.assert(
    fc.property(scores, fc.nat(70), (values, count) => {
      const row = Float64Array.from(values, (v) => (v === -4 ? never : v));
      const order = [...row.keys()].filter((i) => row[i] > never).sort((a, b) => row[b] - row[a] || a - b);
      const expected = new Set(order.slice(0, count));
      expect([...markLargest(row, count)]).toEqual(Array.from(row, (_, i) => Number(expected.has(i))));
    }),
  );
});

const layer = (values: readonly number[]) => Tensor.of(values, [values.length, 1]);
const maskOf = (bits: readonly number[]) => Tensor.of(bits, [bits.length, 1], "bool");
const bits = (masks: readonly Tensor[]) => masks.map((mask) => [...mask.numbers()]);

describe("global pruning", () => {
  it("has one threshold for all layers, and each layer keeps its largest", () => {
    const weights = [layer([5, -6, 7, 8]), layer([0.1, -0.3, 0.2, 0]), layer([1, 2])];
    const full = weights.map(({ shape }) => fullMask(shape));
    expect(bits(pruneGlobal(weights, full, 0.5))).toEqual([
      [0, 1, 1, 1],
      [0, 1, 0, 0],
      [0, 1],
    ]);
  });

  it("keeps exactly so many, revives nothing, not even where all are zero", () => {
    const layers = fc.array(
      fc.array(fc.tuple(fc.integer({ min: -2, max: 2 }), fc.boolean()), { minLength: 1, maxLength: 30 }),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(layers, fc.double({ min: 0.01, max: 1, noNaN: true }), (given, density) => {
        const weights = given.map((entries) => layer(entries.map(([value]) => value)));
        const masks = given.map((entries) => maskOf(entries.map(([, on]) => Number(on))));
        const total = masks.reduce((sum, { size }) => sum + size, 0);
        const active = masks.reduce((sum, mask) => sum + connections(mask), 0);
        fc.pre(entriesAt(density, total) >= masks.length);
        const kept = pruneGlobal(weights, masks, density);
        expect(kept.reduce((sum, mask) => sum + connections(mask), 0)).toBe(
          Math.min(active, entriesAt(density, total)),
        );
        for (const [l, mask] of kept.entries()) {
          const [now, before] = [mask.numbers(), masks[l].numbers()];
          for (let i = 0; i < now.length; i++) expect(now[i]).toBeLessThanOrEqual(before[i]);
          if (connections(masks[l]) > 0) expect(connections(mask)).toBeGreaterThan(0);
        }
      }),
    );
    const dead = [layer([0, 0, 0, 0])];
    expect(bits(pruneGlobal(dead, [maskOf([0, 1, 1, 0])], 0.25))).toEqual([[0, 1, 0, 0]]);
  });

  it("fewer connections than layers: says which layer would have none, and what works", () => {
    const weights = [layer(new Array(90).fill(1)), layer(new Array(10).fill(0.1))];
    const full = weights.map(({ shape }) => fullMask(shape));
    const prune = () => pruneGlobal(weights, full, 0.01, ["body", "head"]);
    expect(prune).toThrow(/keeps 1 of 100 weights for 2 layers: none would be left to "head", which has 10/);
    expect(prune).toThrow(expect.objectContaining({ advice: "The smallest density that works here is 0.0202." }));
    expect(bits(pruneGlobal(weights, full, 0.0202))[1].indexOf(1)).toBe(0);
  });
});

describe("uniform pruning", () => {
  const weights = [
    layer(Array.from({ length: 100 }, (_, i) => i)),
    layer(Array.from({ length: 50 }, (_, i) => 1000 + i)),
    layer(Array.from({ length: 20 }, (_, i) => i)),
  ];
  const full = weights.map(({ shape }) => fullMask(shape));
  const counts = (density: number) => pruneUniform(weights, full, density).map(connections);

  it("gives all layers the same density", () => {
    expect(counts(0.5)).toEqual([50, 25, 10]);
    expect(pruneUniform(weights, full, 0.5)[0].numbers().indexOf(1)).toBe(50);
  });

  it("spares the classifier from 80 % sparsity on; the others make up for it", () => {
    // (0.1 · 170 − 0.2 · 20) / 150 of the others
    expect(counts(0.1)).toEqual([8, 4, 4]);
    expect(() => counts(0.025)).toThrow(/no weight to "layer 0", which has 100/);
  });
});
