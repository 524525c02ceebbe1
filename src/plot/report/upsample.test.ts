import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReportMap } from "../neuron-report.ts";
import { upsampleMap } from "./upsample.ts";

const mapOf = (
  rows: number,
  columns: number,
  values: readonly number[],
  place: Partial<ReportMap> = {},
): ReportMap => ({
  rows,
  columns,
  x: 0,
  y: 0,
  stepX: 1,
  stepY: 1,
  values: Uint8Array.from(values),
  level: 0,
  ...place,
});

/** The definition, one pixel at a time: weights of all cells from their distances in cells. */
function bruteForce(map: ReportMap, pixelX: number, pixelY: number): number {
  const column = Math.min(Math.max((pixelX - map.x) / map.stepX, 0), map.columns - 1);
  const row = Math.min(Math.max((pixelY - map.y) / map.stepY, 0), map.rows - 1);
  let sum = 0;
  for (let r = 0; r < map.rows; r++) {
    for (let c = 0; c < map.columns; c++) {
      const weight = Math.max(1 - Math.abs(row - r), 0) * Math.max(1 - Math.abs(column - c), 0);
      sum += weight * (map.values[r * map.columns + c] ?? 0);
    }
  }
  return sum;
}

describe("upsampleMap", () => {
  it("is the identity for one cell per pixel", () => {
    const values = [1, 2, 3, 4, 5, 250];
    const field = upsampleMap(mapOf(2, 3, values), { x: 0, y: 0, width: 3, height: 2 }, 3, 2);
    expect([...field]).toEqual(values);
  });

  it("reproduces a plane between the outermost cell centres and is constant beyond them", () => {
    // value = 10 · column; centres at pixels 2, 6, 10
    const map = mapOf(1, 3, [0, 10, 20], { x: 2, stepX: 4 });
    const field = upsampleMap(map, { x: 0, y: 0, width: 13, height: 1 }, 13, 1);
    expect([...field]).toEqual([0, 0, 0, 2.5, 5, 7.5, 10, 12.5, 15, 17.5, 20, 20, 20]);
  });

  it("agrees with its definition for any map, window and size", () => {
    const maps = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([rows, columns]) =>
      fc.record({
        rows: fc.constant(rows),
        columns: fc.constant(columns),
        x: fc.integer({ min: -20, max: 20 }),
        y: fc.integer({ min: -20, max: 20 }),
        stepX: fc.integer({ min: 1, max: 16 }),
        stepY: fc.integer({ min: 1, max: 16 }),
        values: fc.uint8Array({ minLength: rows * columns, maxLength: rows * columns }),
        level: fc.constant(0),
      }),
    );
    const side = fc.integer({ min: 1, max: 40 });
    const corner = fc.integer({ min: -30, max: 30 });
    const windows = fc.record({ x: corner, y: corner, width: side, height: side });
    fc.assert(
      fc.property(maps, windows, side, side, (map, window, width, height) => {
        const field = upsampleMap(map, window, width, height);
        for (let j = 0; j < height; j++) {
          for (let i = 0; i < width; i++) {
            const pixelX = window.x + ((i + 0.5) * window.width) / width - 0.5;
            const pixelY = window.y + ((j + 0.5) * window.height) / height - 0.5;
            expect(field[j * width + i]).toBeCloseTo(bruteForce(map, pixelX, pixelY), 2);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is zero for a map without cells", () => {
    expect([...upsampleMap(mapOf(0, 0, []), { x: 0, y: 0, width: 2, height: 1 }, 2, 1)]).toEqual([0, 0]);
  });
});
