import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CellGrid, tilingGrid, Upsampling } from "./upsample.ts";

/** The definition: a hat function around every cell centre, on the map with its outer cells repeated for ever. */
function bruteForce(map: Float32Array, grid: CellGrid, y: number, x: number): number {
  const [v, u] = [(y - grid.y) / grid.stepY, (x - grid.x) / grid.stepX];
  const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));
  let sum = 0;
  for (let r = Math.floor(v); r <= Math.floor(v) + 1; r++) {
    for (let c = Math.floor(u); c <= Math.floor(u) + 1; c++) {
      const weight = (1 - Math.abs(v - r)) * (1 - Math.abs(u - c));
      sum += weight * map[clamp(r, grid.rows) * grid.columns + clamp(c, grid.columns)];
    }
  }
  return sum;
}

const offset = fc.double({ min: -5, max: 5, noNaN: true });
const step = fc.double({ min: 0.3, max: 9, noNaN: true });

const cases = fc
  .record({
    rows: fc.integer({ min: 1, max: 6 }),
    columns: fc.integer({ min: 1, max: 6 }),
    height: fc.integer({ min: 1, max: 20 }),
    width: fc.integer({ min: 1, max: 20 }),
    y: offset,
    x: offset,
    stepY: step,
    stepX: step,
  })
  .chain((sizes) =>
    fc.tuple(
      fc.constant(sizes),
      fc
        .array(fc.float({ min: -1, max: 1, noNaN: true }), {
          minLength: sizes.rows * sizes.columns,
          maxLength: sizes.rows * sizes.columns,
        })
        .map((cells) => Float32Array.from(cells)),
    ),
  );

describe("Upsampling", () => {
  it("is the bilinear interpolation between cell centres, flat beyond the outer ones", () => {
    fc.assert(
      fc.property(cases, ([grid, map]) => {
        const pixels = new Upsampling(grid.height, grid.width, grid).upsample(map);
        for (let y = 0; y < grid.height; y++) {
          for (let x = 0; x < grid.width; x++) {
            expect(pixels[y * grid.width + x]).toBeCloseTo(bruteForce(map, grid, y, x), 5);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("lights exactly the pixels above the level, whatever was lit before", () => {
    fc.assert(
      fc.property(cases, fc.double({ min: -1, max: 1.1, noNaN: true }), ([grid, map], level) => {
        const upsampling = new Upsampling(grid.height, grid.width, grid);
        upsampling.maskAbove(map, -2);
        const shifted = Float32Array.of(9, 9, ...map);
        upsampling.maskAbove(shifted, level, 2).forEach((bit, i) => {
          const exact = bruteForce(map, grid, Math.floor(i / grid.width), i % grid.width);
          if (Math.abs(exact - level) > 1e-9) expect(bit).toBe(exact > level ? 1 : 0);
        });
      }),
      { numRuns: 300 },
    );
  });

  it("is not above a level that it only reaches", () => {
    const upsampling = new Upsampling(40, 40, tilingGrid(7, 7, 40, 40));
    const constant = new Float32Array(49).fill(0.1);
    expect(upsampling.maskAbove(constant, Math.fround(0.1))).not.toContain(1);
    expect(upsampling.maskAbove(constant, 0.0999)).not.toContain(0);
    expect(upsampling.upsample(constant)).toEqual(new Float32Array(1600).fill(0.1));
  });

  it("tiles the picture by default: each cell covers an equal block, a map of the picture's size stays as it is", () => {
    expect(tilingGrid(4, 2, 16, 16)).toEqual({ rows: 4, columns: 2, y: 1.5, x: 3.5, stepY: 4, stepX: 8 });
    const map = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
    expect(new Upsampling(3, 4, tilingGrid(3, 4, 3, 4)).upsample(map)).toEqual(map);
    // PyTorch's F.interpolate([0, 1], size 4, mode "linear", align_corners=False).
    expect([...new Upsampling(1, 4, tilingGrid(1, 2, 1, 4)).upsample(Float32Array.of(0, 1))]).toEqual([
      0, 0.25, 0.75, 1,
    ]);
  });

  it("never lights NaN", () => {
    const upsampling = new Upsampling(8, 8, tilingGrid(2, 2, 8, 8));
    expect(upsampling.maskAbove(new Float32Array(4).fill(Number.NaN), 0)).not.toContain(1);
  });

  it("refuses grids that do not go forward", () => {
    expect(() => new Upsampling(4, 4, { ...tilingGrid(2, 2, 4, 4), stepX: 0 })).toThrow("expected above 0");
  });
});
