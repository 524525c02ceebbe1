import { describe, expect, it } from "vitest";
import { Rng } from "../graph/rng.ts";
import { Dissection } from "./dissect.ts";

const side = 16;
const pixels = side * side;
type Masks = Map<string, Uint8Array>;

/** A filled square somewhere in the picture. */
function square(rng: Rng, size: number): Uint8Array {
  const mask = new Uint8Array(pixels);
  const [top, left] = [rng.int(0, side - size + 1), rng.int(0, side - size + 1)];
  for (let y = top; y < top + size; y++) mask.fill(1, y * side + left, y * side + left + size);
  return mask;
}

/** Writes the pixels of a mask into the list, as `Upsampling.litPixels` does. */
function list(mask: Uint8Array, lit: Int32Array): number {
  let count = 0;
  mask.forEach((bit, pixel) => {
    if (bit !== 0) lit[count++] = pixel;
  });
  return count;
}

/** Pictures in which each concept is present in half of the cases, anywhere. */
function randomMasks(rng: Rng, concepts: readonly string[]): Masks {
  return new Map(concepts.filter(() => rng.random() < 0.5).map((concept) => [concept, square(rng, 6)]));
}

function dissect(
  pictures: readonly { masks: Masks; units: readonly Uint8Array[] }[],
  options: { concepts: readonly string[]; rng: Rng; shuffles?: number; memory?: number },
) {
  const dissection = new Dissection({ units: pictures[0].units.length, pixels, ...options });
  for (const { masks, units } of pictures) dissection.addPicture(masks, (unit, lit) => list(units[unit], lit));
  return dissection.dissected();
}

describe("Dissection", () => {
  const concepts = ["a", "b", "c", "d"];

  it("gives Σ|M ∩ L| / Σ|M ∪ L| over all pictures, best first, whatever the blocks", () => {
    const rng = new Rng(1);
    const pictures = Array.from({ length: 40 }, () => ({
      masks: randomMasks(rng, concepts),
      units: [square(rng, 4), square(rng, 9), new Uint8Array(pixels)],
    }));
    const expected = [0, 1].map((unit) =>
      concepts
        .map((concept) => {
          let [intersection, union] = [0, 0];
          for (const { masks, units } of pictures) {
            units[unit].forEach((on, pixel) => {
              const labelled = masks.get(concept)?.[pixel] ?? 0;
              intersection += on & labelled;
              union += on | labelled;
            });
          }
          return { concept, iou: intersection / union };
        })
        .sort((a, b) => b.iou - a.iou),
    );
    for (const memory of [1, 5000, undefined]) {
      const found = dissect(pictures, { concepts, rng: rng.split(1), shuffles: 5, memory });
      for (const unit of [0, 1]) {
        const { concept, iou, runnersUp } = found[unit] ?? { runnersUp: [] };
        expect([{ concept, iou }, ...runnersUp]).toEqual(expected[unit]);
      }
      expect(found[2]).toBeUndefined();
    }
  });

  it("finds a planted concept with the smallest possible p", () => {
    const rng = new Rng(2);
    const pictures = Array.from({ length: 60 }, () => {
      const masks = randomMasks(rng, concepts);
      const planted = (masks.get("c") ?? new Uint8Array(pixels)).map((bit) => (rng.random() < 0.8 ? bit : 0));
      return { masks, units: [planted, square(rng, 4)] };
    });
    const [planted] = dissect(pictures, { concepts, rng: rng.split(1) });
    expect(planted?.concept).toBe("c");
    expect(planted?.iou).toBeCloseTo(0.8, 1);
    expect(planted?.p).toBe(1 / 101);
  });

  it("knows where a concept usually lies: a unit that is always on there explains nothing", () => {
    const rng = new Rng(3);
    const top = new Uint8Array(pixels).fill(1, 0, pixels / 2);
    const sky = () => top.map((bit, pixel) => (pixel < pixels / 2 - side * rng.int(0, 3) ? bit : 0));
    const pictures = Array.from({ length: 40 }, () => ({ masks: new Map([["a", sky()]]), units: [top] }));
    const [found] = dissect(pictures, { concepts, rng: rng.split(1) });
    expect(found?.iou).toBeGreaterThan(0.8);
    expect(found?.p).toBe(1);
  });

  it.each([
    ["one block", undefined],
    ["blocks of 16 pictures", 1],
  ])("gives uniform p where units and concepts have nothing to do with each other, in %s", (name, memory) => {
    const root = new Rng(4).split(name);
    const p = Array.from({ length: 25 }, (_, repetition) => {
      const rng = root.split(repetition);
      const pictures = Array.from({ length: 48 }, () => {
        const units = Array.from({ length: 12 }, () => (rng.random() < 0.5 ? square(rng, 5) : new Uint8Array(pixels)));
        return { masks: randomMasks(rng, concepts), units };
      });
      return dissect(pictures, { concepts, rng: rng.split("shuffles"), shuffles: 19, memory }).map(
        (found) => found?.p ?? 1,
      );
    }).flat();
    const share = (limit: number) => p.filter((value) => value <= limit + 1e-9).length / p.length;
    // 300 p-values, correlated within a repetition: standard deviation of a share about .013 at .05, .03 at .5.
    expect(share(0.05)).toBeLessThan(0.05 + 0.04);
    expect(share(0.05)).toBeGreaterThan(0.05 - 0.04);
    expect(share(0.5)).toBeLessThan(0.5 + 0.09);
    expect(share(0.5)).toBeGreaterThan(0.5 - 0.09);
  });

  it("says which mask does not fit", () => {
    const dissection = new Dissection({ units: 1, concepts, pixels, rng: new Rng(1) });
    expect(() => dissection.addPicture(new Map([["a", new Uint8Array(3)]]), () => 0)).toThrow(
      'mask of "a" has 3 pixels, expected 256',
    );
    expect(() => dissection.addPicture(new Map([["z", new Uint8Array(pixels)]]), () => 0)).toThrow(
      'concept "z" is not in the list',
    );
  });
});
