import fc from "fast-check";
import { expect, it } from "vitest";
import { Tensor } from "../../../graph/index.ts";
import { connections } from "../masks.ts";
import { growLargest, regenerate, removeSmallest } from "./regenerate.ts";
import { densityAt, exchangedAt, timetable } from "./schedules.ts";

const entries = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }), fc.boolean()), {
  minLength: 2,
  maxLength: 50,
});

it("exchanges as many as it removes: the smallest weights for the largest gradients among all that are then free", () => {
  fc.assert(
    fc.property(entries, fc.double({ min: 0, max: 1, noNaN: true }), (given, fraction) => {
      const column = (c: 0 | 1 | 2) => given.map((entry) => Number(entry[c]));
      const [w, g, m] = [column(0), column(1), column(2)];
      const shape = [given.length, 1];
      const mask = Tensor.of(m, shape, "bool");
      const active = m.filter((bit) => bit === 1).length;
      fc.pre(active > 0);

      const count = Math.max(0, Math.min(Math.ceil(fraction * active), m.length - active, active - 1));
      const places = [...m.keys()];
      const kept = places.filter((i) => m[i] === 1).sort((a, b) => Math.abs(w[b]) - Math.abs(w[a]) || a - b);
      const survivors = new Set(kept.slice(0, active - count));
      const free = places.filter((i) => !survivors.has(i)).sort((a, b) => Math.abs(g[b]) - Math.abs(g[a]) || a - b);
      const expected = new Set([...survivors, ...free.slice(0, count)]);

      const next = regenerate(Tensor.of(w, shape), Tensor.of(g, shape), mask, fraction);
      expect([...next.numbers()]).toEqual(places.map((i) => Number(expected.has(i))));
      expect(connections(next)).toBe(active);
    }),
  );
});

it("a removed connection may come back, a last one stays, a full layer has nothing to exchange", () => {
  const column = (values: number[], dtype?: "bool") => Tensor.of(values, [values.length, 1], dtype);
  const grow = regenerate(column([0.1, 5, 6]), column([9, 1, 2]), column([1, 1, 1], "bool"), 0.5);
  expect([...grow.numbers()]).toEqual([1, 1, 1]);
  const back = regenerate(column([0.1, 5, 6, 0]), column([9, 1, 2, 3]), column([1, 1, 1, 0], "bool"), 0.3);
  expect([...back.numbers()]).toEqual([1, 1, 1, 0]);
  const last = regenerate(column([0, 5]), column([9, 0]), column([0, 1], "bool"), 1);
  expect([...last.numbers()]).toEqual([0, 1]);
  const mask = column([1, 0, 1, 0], "bool");
  expect([...removeSmallest(column([2, 9, 1, 9]), mask, 1).numbers()]).toEqual([1, 0, 0, 0]);
  expect([...growLargest(column([7, -3, 7, 2]), mask, 1).numbers()]).toEqual([1, 1, 1, 0]);
  expect(() => regenerate(column([1, 2]), column([1, 2]), column([1, 0]), 0.5)).toThrow(/a mask is float32/);
  expect(() => regenerate(column([1, 2, 3]), column([1, 2, 3]), mask, 0.5)).toThrow(/not of the weight \[3, 1\]/);
});

it("the density falls along a cubic to its end at an update, the exchanged share along half a cosine", () => {
  const table = timetable(1872, 20, 0.5, 1);
  expect(table.pruneEnd).toBe(920);
  expect(densityAt(0, 0.5, 0.02, table)).toBe(0.5);
  expect(densityAt(460, 0.5, 0.02, table)).toBeCloseTo(0.02 + 0.48 / 8, 12);
  for (const step of [920, 921, 1872]) expect(densityAt(step, 0.5, 0.02, table)).toBe(0.02);
  expect(exchangedAt(0, 0.5, table)).toBe(0.5);
  expect(exchangedAt(936, 0.5, table)).toBeCloseTo((0.5 + 0.005) / 2, 12);
  expect(exchangedAt(1871, 0.5, table)).toBeCloseTo(0.005, 4);
  expect(exchangedAt(1872, 0.5, table)).toBe(0);
  const early = timetable(1000, 10, 0.5, 0.75);
  expect([exchangedAt(750, 0.5, early), exchangedAt(751, 0.5, early)]).toEqual([0.005, 0]);
});

it("a timetable without an update says so", () => {
  expect(() => timetable(1560, 1000, 0.5, 1)).toThrow("no mask update between step 0 and 780 with every=1000");
  expect(() => timetable(100, 0.5, 0.5, 1)).toThrow(/every 0.5 steps/);
  expect(() => timetable(100, 10, 1.5, 1)).toThrow(/pruneEnd is 1.5/);
});
