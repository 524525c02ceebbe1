import { expect, it } from "vitest";
import { Rng } from "../graph/index.ts";
import { resamplingTaps, stretchPicture } from "./resample.ts";

it("each pixel is the sum over all taps of both axes, larger and smaller", () => {
  const rng = new Rng(1);
  const [height, width] = [9, 14];
  const picture = { height, width, data: Uint8Array.from({ length: 3 * height * width }, () => rng.int(0, 256)) };
  for (const [rows, columns] of [
    [4, 5],
    [20, 31],
    [9, 3],
  ]) {
    const { data } = stretchPicture(picture, rows, columns);
    const [vertical, horizontal] = [
      resamplingTaps(height, rows, height / rows),
      resamplingTaps(width, columns, width / columns),
    ];
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++)
        for (let c = 0; c < 3; c++) {
          let sum = 0;
          for (const [row, v] of vertical[y])
            for (const [column, h] of horizontal[x]) sum += v * h * picture.data[3 * (row * width + column) + c];
          expect(Math.abs(data[3 * (y * columns + x) + c] - sum)).toBeLessThan(0.51);
        }
  }
});
