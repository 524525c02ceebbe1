import { expect, it } from "vitest";
import { type Picture, stretchPicture } from "../../../data/index.ts";
import { Rng } from "../../../graph/index.ts";
import { stretchMask } from "./stretch-mask.ts";

it("a mask is stretched as a picture of it is, larger and smaller, also where runs go on over rows", () => {
  const rng = new Rng(2);
  const [height, width] = [9, 14];
  const blobs = Uint8Array.from({ length: height * width }, () => Number(rng.int(0, 3) > 0));
  blobs.fill(1, 20, 80);
  for (const mask of [blobs, new Uint8Array(height * width), new Uint8Array(height * width).fill(1)]) {
    const picture: Picture = {
      height,
      width,
      data: Uint8Array.from({ length: 3 * mask.length }, (_, i) => 255 * mask[Math.floor(i / 3)]),
    };
    for (const [rows, columns] of [
      [4, 5],
      [20, 31],
      [9, 3],
    ]) {
      const { data } = stretchPicture(picture, rows, columns);
      const found = stretchMask(mask, [height, width], [rows, columns]);
      // Sums in another order may be rounded to the other side.
      for (const [i, value] of found.entries()) expect(Math.abs(value - data[3 * i])).toBeLessThanOrEqual(1);
    }
  }
});

it("a mask keeps its share of the area, dark rows stay dark, and one of the wanted size is itself", () => {
  const mask = new Uint8Array(12 * 12);
  for (let y = 4; y < 8; y++) mask.fill(1, y * 12 + 2, y * 12 + 8);
  const small = stretchMask(mask, [12, 12], [6, 6]);
  const share = small.reduce((sum, value) => sum + value, 0) / (255 * 36);
  expect(share).toBeCloseTo(24 / 144, 2);
  expect([...small.subarray(0, 6), ...small.subarray(30)].every((value) => value === 0)).toBe(true);
  expect(stretchMask(mask, [12, 12], [12, 12])).toBe(mask);
});
