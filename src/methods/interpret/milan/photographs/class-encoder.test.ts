import { afterAll, expect, it } from "vitest";
import { generateScene, preprocesses } from "../../../../data/index.ts";
import { exportOnnx, Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { conv, init, maxPool } from "../../../../nn/index.ts";
import { Model } from "../../../../probe/index.ts";
import { RegionEncoder } from "../region-encoder.ts";
import { ClassEncoder } from "./class-encoder.ts";

const side = 32;
const weights = init.conv(new Rng(3), 3, 7, 3);
const bytes = exportOnnx(
  (x: Value) => ({ classes: maxPool(conv(weights, x, { padding: 1 }), 4) }),
  [Tensor.zeros([1, 3, side, side])],
  { names: ["picture"], batch: { name: "N", arguments: [0] } },
);
const [maps, preprocess] = ["classes", preprocesses.signed];
const encoder = new ClassEncoder(Model.open(bytes), { maps, preprocess });
const twin = new RegionEncoder(Model.open(bytes), { depths: [maps], preprocess });
afterAll(() => Promise.all([encoder.release(), twin.release()]));

const pictures = Array.from({ length: 11 }, (_, i) => generateScene(new Rng(i), { size: side }).picture);
const spot = (y: number, x: number, radius: number) =>
  Uint8Array.from({ length: side * side }, (_, i) =>
    Number(Math.hypot(Math.floor(i / side) - y, (i % side) - x) <= radius),
  );
const regions = pictures.map((picture, i) => ({
  picture,
  masks: i === 4 ? [] : [spot(3 + i, 20 - i, 1 + i), new Uint8Array(side * side), spot(16, 16, 40), spot(5, 5, 0)],
}));

it("sees what a region encoder sees, to 16 bits, in more pictures than one batch", async () => {
  const [found, expected] = [await encoder.encode(regions), await twin.encode(regions)];
  expect(found.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [i, value] of expected.entries()) expect(Math.abs(found[i] - value)).toBeLessThan(1e-4 * largest);
});

it("says the same of pictures that come again, whether their maps were kept or not", async () => {
  const forgetful = new ClassEncoder(Model.open(bytes), { maps, preprocess, keep: 0 });
  const first = await forgetful.encode(regions);
  expect(await forgetful.encode(regions)).toEqual(first);
  expect(await encoder.encode([...regions].reverse())).toHaveLength(first.length);
  expect(await encoder.encode(regions)).toEqual(first);
  await forgetful.release();
});

it("gives zeros under a dark mask, and nothing for no pictures", async () => {
  const [{ picture }] = regions;
  expect([...(await encoder.encode([{ picture, masks: [new Uint8Array(side * side)] }]))]).toEqual(Array(7).fill(0));
  expect(await encoder.encode([])).toHaveLength(0);
});

it("stops when it is told to", async () => {
  await expect(encoder.encode(regions, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
});
