import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReportExemplar } from "../../neuron-report.ts";
import { logHeight, ticks } from "./histogram.ts";
import { shadeMask } from "./shade.ts";
import { squareWindow } from "./tile.ts";

const SIZE = 21;
const flat = (red: number, green: number, blue: number) =>
  Uint8ClampedArray.from({ length: 4 * SIZE * SIZE }, (_, i) => [red, green, blue, 255][i % 4] ?? 0);
/** Rises by 10 for each pixel to the right: above level 100 from x = 10 on. */
const ramp = Float32Array.from({ length: SIZE * SIZE }, (_, i) => 10 * (i % SIZE));
const pixelAt = (pixels: Uint8ClampedArray, x: number) => [
  ...pixels.subarray(4 * (5 * SIZE + x), 4 * (5 * SIZE + x) + 4),
];

describe("shadeMask", () => {
  it("leaves the inside alone, dims and greys the outside, and draws the contour between", () => {
    const pixels = flat(200, 100, 0);
    shadeMask(pixels, ramp, SIZE, SIZE, 100, "mask", 1);
    expect(pixelAt(pixels, 15)).toEqual([200, 100, 0, 255]);
    expect(pixelAt(pixels, 10)).toEqual([255, 221, 64, 255]);
    const [red = 0, green = 0, blue = 0] = pixelAt(pixels, 3);
    const luma = (r: number, g: number, b: number) => 0.299 * r + 0.587 * g + 0.114 * b;
    expect(luma(red, green, blue) / luma(200, 100, 0)).toBeCloseTo(0.35, 1);
    expect((red - blue) / red).toBeLessThan(1); // less saturated than (200 − 0)/200
  });

  it("draws the outline without dimming, and nothing on a plain crop", () => {
    const outline = flat(200, 100, 0);
    shadeMask(outline, ramp, SIZE, SIZE, 100, "outline", 1);
    expect(pixelAt(outline, 3)).toEqual([200, 100, 0, 255]);
    expect(pixelAt(outline, 10)).toEqual([255, 221, 64, 255]);
    const plain = flat(200, 100, 0);
    shadeMask(plain, ramp, SIZE, SIZE, 100, "plain", 1);
    expect(plain).toEqual(flat(200, 100, 0));
  });

  it("counts a level field as outside: the mask is where the map is above the level", () => {
    const pixels = flat(100, 100, 100);
    shadeMask(pixels, new Float32Array(SIZE * SIZE).fill(50), SIZE, SIZE, 50, "mask", 1);
    expect(new Set(pixels)).toEqual(new Set([35, 255]));
  });
});

describe("squareWindow", () => {
  it("lies in the crop, is as large as can be, and holds the strongest cell", () => {
    const size = fc.integer({ min: 8, max: 200 });
    fc.assert(
      fc.property(size, size, fc.nat(80), (width, height, peak) => {
        const values = new Uint8Array(81);
        values[peak] = 255;
        const [stepX, stepY] = [width / 9, height / 9];
        const map = { rows: 9, columns: 9, x: 5 + stepX / 2, y: 7 + stepY / 2, stepX, stepY, values, level: 9 };
        const exemplar: ReportExemplar = { picture: 0, value: 1, crop: { x: 5, y: 7, width, height }, map };
        const square = squareWindow(exemplar);
        expect(square.width).toBe(Math.min(width, height));
        expect(square.height).toBe(square.width);
        expect(square.x).toBeGreaterThanOrEqual(5);
        expect(square.x + square.width).toBeLessThanOrEqual(5 + width + 1e-9);
        const peakX = map.x + (peak % 9) * stepX;
        const peakY = map.y + Math.floor(peak / 9) * stepY;
        expect(peakX).toBeGreaterThanOrEqual(square.x - 0.5);
        expect(peakX).toBeLessThanOrEqual(square.x + square.width);
        expect(peakY).toBeGreaterThanOrEqual(square.y - 0.5);
        expect(peakY).toBeLessThanOrEqual(square.y + square.height);
      }),
    );
  });
});

describe("histogram", () => {
  it("gives the fullest bin the full height and an empty one none", () => {
    expect(logHeight(500, 500)).toBe(1);
    expect(logHeight(0, 500)).toBe(0);
    expect(logHeight(0, 0)).toBe(0);
  });

  it("marks round numbers inside the axis", () => {
    expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticks(-1, 1, 4)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(ticks(3, 3, 4)).toEqual([3]);
    fc.assert(
      fc.property(
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        fc.double({ min: 0.01, max: 1e4, noNaN: true }),
        (from, span) => {
          const marks = ticks(from, from + span, 6);
          expect(marks.length).toBeGreaterThan(1);
          expect(marks.length).toBeLessThan(9);
          for (const mark of marks) {
            expect(mark).toBeGreaterThanOrEqual(from - 1e-6 * span);
            expect(mark).toBeLessThanOrEqual(from + span + 1e-6 * span);
          }
        },
      ),
    );
  });
});
