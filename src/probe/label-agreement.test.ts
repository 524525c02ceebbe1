import { describe, expect, it } from "vitest";
import { Rng } from "../graph/rng.ts";
import { LabelAgreement } from "./label-agreement.ts";

const labels = ["cat", "dog", "fish"];
const positions = 20;

interface Data {
  readonly labelled: readonly number[];
  /** Per unit, at how many positions it is on in each picture. */
  readonly areas: readonly (readonly number[])[];
}

function dissect({ labelled, areas }: Data, rng: Rng, options: { shuffles?: number; kept?: number } = {}) {
  const agreement = new LabelAgreement({ units: areas.length, labels, positions, rng, ...options });
  labelled.forEach((label, picture) => {
    agreement.addPicture(label, (unit) => areas[unit][picture]);
  });
  return agreement.dissected();
}

/** Intersection over union of two masks written out position by position. */
function iouOf(labelled: readonly number[], areas: readonly number[], label: number): number {
  let [both, either] = [0, 0];
  labelled.forEach((l, picture) => {
    for (let position = 0; position < positions; position++) {
      const [on, there] = [position < areas[picture], l === label];
      if (on && there) both++;
      if (on || there) either++;
    }
  });
  return both / either;
}

function randomData(rng: Rng, pictures: number, units: number): Data {
  return {
    labelled: Array.from({ length: pictures }, () => rng.pick([0, 0, 0, 1, 1, 2])),
    areas: Array.from({ length: units }, () => {
      const share = rng.random();
      return Array.from({ length: pictures }, () => (rng.random() < share ? rng.int(1, positions) : 0));
    }),
  };
}

describe("LabelAgreement", () => {
  it("gives the IoU of the masks, best first", () => {
    const data = randomData(new Rng(1), 50, 4);
    dissect(data, new Rng(2), { shuffles: 10, kept: 20 }).forEach((found, unit) => {
      const expected = labels
        .map((concept, label) => ({ concept, iou: iouOf(data.labelled, data.areas[unit], label) }))
        .sort((a, b) => b.iou - a.iou);
      const { concept, iou, runnersUp } = found ?? { concept: "", iou: 0, runnersUp: [] };
      const given = [{ concept, iou }, ...runnersUp];
      expect(given.map((entry) => entry.concept)).toEqual(expected.map((entry) => entry.concept));
      given.forEach((entry, i) => {
        expect(entry.iou).toBeCloseTo(expected[i].iou, 12);
      });
    });
  });

  it("gives the p of brute-force shuffling", () => {
    const rng = new Rng(3);
    const { labelled, areas } = randomData(rng, 24, 4);
    const related = areas.map((unit, u) =>
      unit.map((area, i) => (u === 0 && labelled[i] === 1 ? Math.min(positions, area + 5) : area)),
    );
    const found = dissect({ labelled, areas: related }, rng.split("labels"), { shuffles: 2000 });
    related.forEach((unit, u) => {
      const bestOf = (labelling: readonly number[]) =>
        Math.max(...labels.map((_, label) => iouOf(labelling, unit, label)));
      const observed = bestOf(labelled);
      let asGood = 0;
      for (let shuffle = 0; shuffle < 2000; shuffle++) {
        if (bestOf(Array.from(rng.permutation(24), (i) => labelled[i])) >= observed - 1e-12) asGood++;
      }
      // Four standard deviations of the difference of two such estimates.
      expect(Math.abs((found[u]?.p ?? 1) - (1 + asGood) / 2001)).toBeLessThan(0.064);
    });
  });

  it("finds a planted label with the smallest possible p, also from a sample; nothing for units that are never on", () => {
    const rng = new Rng(4);
    const { labelled } = randomData(rng, 400, 0);
    const areas = [
      labelled.map((label) => (label === 2 ? positions : 0)),
      labelled.map(() => 0),
      labelled.map(() => 3),
    ];
    for (const kept of [1000, 100]) {
      const [planted, never, always] = dissect({ labelled, areas }, rng, { kept });
      expect(planted).toMatchObject({ concept: "fish", iou: 1, p: 1 / 1001 });
      expect(never).toBeUndefined();
      expect(always?.p).toBe(1);
    }
  });

  it("gives p that are small no more often than by chance", () => {
    const rng = new Rng(5);
    const p = Array.from({ length: 40 }, (_, i) =>
      dissect(randomData(rng.split(i), 60, 25), rng.split(-i), { shuffles: 99 }),
    )
      .flat()
      .map((found) => found?.p ?? 1);
    const share = (limit: number) => p.filter((value) => value <= limit + 1e-9).length / p.length;
    for (const limit of [0.05, 0.2, 0.5]) expect(share(limit)).toBeLessThan(limit + 0.03);
    expect(share(0.5)).toBeGreaterThan(0.35);
  });
});
