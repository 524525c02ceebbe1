import fc from "fast-check";
import { zlibSync } from "fflate";
import { expect, it } from "vitest";
import { colourPng, indexedPng } from "../../plot/drawing/png.ts";
import { decodePng } from "./png.ts";

it("reads what was written: colours", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.infiniteStream(fc.nat(255)),
      (w, h, stream) => {
        const pixels = Uint8Array.from({ length: 3 * w * h }, () => stream.next().value as number);
        const { width, height, data } = decodePng(colourPng(pixels, w, h));
        expect([width, height]).toEqual([w, h]);
        expect([...data]).toEqual([...pixels].flatMap((value, i) => (i % 3 === 2 ? [value, 255] : [value])));
      },
    ),
  );
});

it("reads what was written: a palette with opacity", () => {
  const palette = [
    [255, 0, 10, 1],
    [0, 20, 0, 0.2],
  ] as const;
  const { data } = decodePng(indexedPng(Uint8Array.from([0, 1, 1, 0]), 2, 2, palette));
  expect([...data]).toEqual([...[255, 0, 10, 255], ...[0, 20, 0, 51], ...[0, 20, 0, 51], ...[255, 0, 10, 255]]);
});

/** A PNG of given header and raw rows; checksums are not looked at. */
function png(
  width: number,
  height: number,
  depth: number,
  colour: number,
  rows: readonly number[],
  more: readonly [string, number[]][] = [],
): Uint8Array {
  const chunk = (type: string, data: readonly number[]) => [
    ...[24, 16, 8, 0].map((shift) => (data.length >> shift) & 255),
    ...[...type].map((letter) => letter.charCodeAt(0)),
    ...data,
    ...[0, 0, 0, 0],
  ];
  const size = (value: number) => [24, 16, 8, 0].map((shift) => (value >> shift) & 255);
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", [...size(width), ...size(height), depth, colour, 0, 0, 0]),
    ...more.flatMap(([type, data]) => chunk(type, data)),
    ...chunk("IDAT", [...zlibSync(Uint8Array.from(rows))]),
    ...chunk("IEND", []),
  ]);
}

it("undoes every filter, and reads fewer bits", () => {
  // Grey, one row for each filter: none, left, above, mean, nearest.
  const rows = [0, 10, 20, 1, 5, 5, 2, 1, 1, 3, 2, 2, 4, 1, 1];
  const { data } = decodePng(png(2, 5, 8, 0, rows));
  const grey = [...data].filter((_, i) => i % 4 === 0);
  expect(grey).toEqual([10, 20, 5, 10, 6, 11, 5, 10, 6, 11]);
  // 4 bits per pixel: 0, 15, 8.
  expect([...decodePng(png(3, 1, 4, 0, [0, 0x0f, 0x80])).data].filter((_, i) => i % 4 === 0)).toEqual([0, 255, 136]);
  // Indices of 2 bits: 1, 0, 1.
  const indexed = decodePng(png(3, 1, 2, 3, [0, 0b01000100], [["PLTE", [1, 2, 3, 4, 5, 6]]]));
  expect([...indexed.data.subarray(0, 8)]).toEqual([4, 5, 6, 255, 1, 2, 3, 255]);
});

it("damaged files are refused, and never crash", () => {
  const whole = colourPng(new Uint8Array(12).fill(7), 2, 2);
  for (const bytes of [
    new Uint8Array(3),
    whole.subarray(0, 30),
    png(2, 2, 8, 0, [0, 1, 1]),
    png(5000, 1, 8, 0, [0]),
    png(1, 1, 16, 0, [0]),
  ])
    expect(() => decodePng(bytes)).toThrow(expect.objectContaining({ code: "bad-image" }));
  expect(() => decodePng(png(2, 1, 8, 0, [9, 1, 1]))).toThrow(/unknown filter 9/);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
      const damaged = whole.slice();
      damaged[at] = value;
      try {
        decodePng(damaged);
      } catch (error) {
        expect(error).toMatchObject({ code: "bad-image" });
      }
    }),
  );
});
