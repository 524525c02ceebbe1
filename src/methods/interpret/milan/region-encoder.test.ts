import { afterAll, expect, it } from "vitest";
import { generateScene, preprocesses, toTensor } from "../../../data/index.ts";
import { compile, exportOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { conv, init, maxPool } from "../../../nn/index.ts";
import { Model } from "../../../probe/index.ts";
import { exportEncoder } from "./encoder-file.ts";
import { RegionEncoder } from "./region-encoder.ts";

const side = 32;
const rng = new Rng(2);
const weights = { early: init.conv(rng.split("early"), 3, 4, 3), late: init.conv(rng.split("late"), 4, 6, 3) };

function network(x: Value) {
  const early = conv(weights.early, x, { padding: 1 }).relu();
  const late = conv(weights.late, maxPool(early, 4), { padding: 1 }).relu();
  return { early, late };
}

const bytes = exportOnnx(network, [Tensor.zeros([1, 3, side, side])], {
  names: ["picture"],
  batch: { name: "N", arguments: [0] },
});
const options = { depths: ["early", "late"], preprocess: preprocesses.signed };
const encoder = new RegionEncoder(Model.open(bytes), options);
afterAll(() => encoder.release());

const pictures = Array.from({ length: 3 }, (_, i) => generateScene(new Rng(i), { size: side }).picture);
const everything = () => new Uint8Array(side * side).fill(1);
const spot = (y: number, x: number, radius: number) =>
  Uint8Array.from({ length: side * side }, (_, i) =>
    Number(Math.hypot(Math.floor(i / side) - y, (i % side) - x) <= radius),
  );

it("under a mask of ones it is average pooling", async () => {
  const vectors = await encoder.encode(pictures.map((picture) => ({ picture, masks: [everything()] })));
  const pooled = compile((x: Value) => {
    const { early, late } = network(x);
    return { early: early.mean([2, 3]), late: late.mean([2, 3]) };
  });
  for (const [i, picture] of pictures.entries()) {
    const input = toTensor(picture, 3, preprocesses.signed);
    const { early, late } = await pooled(new Tensor("float32", [1, 3, side, side], input.data));
    const expected = [...early.numbers(), ...late.numbers()];
    expect(encoder.features).toBe(expected.length);
    for (const [f, value] of expected.entries()) expect(vectors[i * encoder.features + f]).toBeCloseTo(value, 5);
  }
});

it("how bright a mask is does not count; a dark one gives zeros; one pixel is not lost at the coarse depth", async () => {
  const masks = [
    spot(10, 12, 5),
    spot(10, 12, 5).map((value) => 200 * value),
    new Uint8Array(side * side),
    spot(21, 9, 0),
  ];
  const vectors = await encoder.encode([{ picture: pictures[0], masks }]);
  const of = (region: number) => vectors.subarray(region * encoder.features, (region + 1) * encoder.features);
  for (const [f, value] of of(0).entries()) expect(of(1)[f]).toBeCloseTo(value, 5);
  expect(of(2).every((value) => value === 0)).toBe(true);
  expect(
    of(3)
      .slice(4)
      .some((value) => value !== 0),
  ).toBe(true);
});

it("regions come back in their order, however many and with whatever pictures they are", async () => {
  const many = Array.from({ length: 21 }, (_, i) => spot(i, 31 - i, 4));
  const alone = await Promise.all(many.map((mask) => encoder.encode([{ picture: pictures[1], masks: [mask] }])));
  const together = await encoder.encode([
    { picture: pictures[0], masks: [] },
    { picture: pictures[1], masks: many },
  ]);
  for (const [i, vector] of alone.entries())
    for (const [f, value] of vector.entries()) expect(together[i * encoder.features + f]).toBeCloseTo(value, 5);
});

it("the encoder's file: cut behind the last depth, half as large, of another picture size", async () => {
  const file = exportEncoder(bytes, { depths: ["early"], size: [24, 24], metadata: { "cajal.source": "a test" } });
  const model = Model.open(file);
  expect(model.input).toMatchObject({ height: 24, width: 24 });
  expect(model.layers().map(({ name }) => name)).not.toContain("late");
  expect(model.imported.metadata["cajal.source"]).toBe("a test");
  const small = new RegionEncoder(model, { ...options, depths: ["early"] });
  const { picture } = generateScene(new Rng(5), { size: 32 });
  const cropped = { width: 24, height: 24, data: picture.data.subarray(0, 3 * 24 * 24) };
  const [halves] = await small.encode([{ picture: cropped, masks: [new Uint8Array(24 * 24).fill(1)] }]);
  const whole = await compile((x: Value) => network(x).early.mean([2, 3]))(
    new Tensor("float32", [1, 3, 24, 24], toTensor(cropped, 3, preprocesses.signed).data),
  );
  expect(halves).toBeCloseTo(Number(whole.data[0]), 2);
  await small.release();
  expect(() => exportEncoder(bytes, { depths: ["middle"], size: [24, 24] })).toThrow(/no tensor "middle"/);
});

it("refuses layers without positions, and pictures and masks of other sizes", async () => {
  const dense = exportOnnx((x: Value) => ({ dense: x.mean([2, 3]).relu() }), [Tensor.zeros([1, 3, side, side])]);
  expect(() => new RegionEncoder(Model.open(dense), { ...options, depths: ["dense"] })).toThrow(/not \[C, H, W\]/);
  const { picture } = generateScene(new Rng(5), { size: 48 });
  await expect(encoder.encode([{ picture, masks: [] }])).rejects.toMatchObject({ code: "shape" });
  await expect(encoder.encode([{ picture: pictures[0], masks: [new Uint8Array(3)] }])).rejects.toMatchObject({
    code: "shape",
  });
});
