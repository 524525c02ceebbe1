import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NeuronDrawing } from "./catalogue.ts";
import { unpackDrawings } from "./client/unpack.ts";
import { packDrawings } from "./pack.ts";

const float = fc.float({ noNaN: true });
const count = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const map = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })).chain(([rows, columns]) =>
  fc.record({
    rows: fc.constant(rows),
    columns: fc.constant(columns),
    x: float,
    y: float,
    stepX: float,
    stepY: float,
    level: float,
    values: fc.uint8Array({ minLength: rows * columns, maxLength: rows * columns }),
  }),
);
const exemplar = fc.record(
  {
    picture: count,
    value: float,
    crop: fc.record({ x: float, y: float, width: float, height: float }),
    map,
  },
  { requiredKeys: ["picture", "value", "crop"] },
);
const drawing: fc.Arbitrary<NeuronDrawing> = fc.record({
  histogram: fc.record({ from: float, to: float, counts: fc.array(count, { maxLength: 8 }) }),
  exemplars: fc.array(exemplar, { maxLength: 4 }),
});

describe("packDrawings", () => {
  it("is undone by unpackDrawings", () => {
    fc.assert(
      fc.property(fc.array(drawing, { maxLength: 4 }), (drawings) => {
        expect(unpackDrawings(packDrawings(drawings))).toEqual(drawings);
      }),
    );
  });

  it("leaves bytes of which no true part passes for the whole", () => {
    const one: NeuronDrawing = {
      histogram: { from: 0, to: 1, counts: [3, 4] },
      exemplars: [
        {
          picture: 7,
          value: 2,
          crop: { x: 0, y: 0, width: 4, height: 4 },
          map: { rows: 1, columns: 2, x: 0, y: 0, stepX: 1, stepY: 1, level: 9, values: Uint8Array.of(1, 255) },
        },
      ],
    };
    const bytes = packDrawings([one]);
    for (let size = 1; size < bytes.length; size++) {
      expect(() => unpackDrawings(bytes.subarray(0, size))).toThrow(RangeError);
    }
  });
});
