import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type TopEntry, TopK } from "./top.ts";

/** Few different values, so that ties are common. */
const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(Number.NaN, Infinity, -Infinity));

function bruteForce(entries: readonly TopEntry[], k: number): TopEntry[] {
  return entries
    .filter((entry) => !Number.isNaN(entry.value))
    .sort((a, b) => (a.value === b.value ? a.sample - b.sample : b.value > a.value ? 1 : -1))
    .slice(0, k);
}

describe("TopK", () => {
  it("is a sort of all samples, in whatever order they arrive and are merged", () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), fc.nat(), (values, k, seed) => {
        const entries = values.map((value, sample) => ({ value, sample, position: (sample * 7) % 5 }));
        const shuffled = entries.toSorted((a, b) => ((a.sample * 31 + seed) % 17) - ((b.sample * 31 + seed) % 17));
        const parts = [new TopK(2, k), new TopK(2, k), new TopK(2, k)];
        shuffled.forEach((entry, i) => {
          parts[(i + seed) % 3].offer(1, entry.value, entry.sample, entry.position);
        });
        parts[2].merge(parts[0]);
        parts[2].merge(parts[1]);
        expect(parts[2].entries(1)).toEqual(bruteForce(entries, k));
        expect(parts[2].entries(0)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("breaks ties between values that are equal as float32", () => {
    const top = new TopK(1, 1);
    top.offer(0, 0.1, 5, 0);
    top.offer(0, Math.fround(0.1), 3, 0);
    expect(top.entries(0)[0].sample).toBe(3);
  });

  it("refuses nonsense", () => {
    expect(() => new TopK(3, 0)).toThrow("expected 1 or more");
    expect(() => new TopK(3, 2).merge(new TopK(3, 4))).toThrow("cannot merge the top 4");
  });
});
