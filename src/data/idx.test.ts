import { describe, expect, it } from "vitest";
import { charactersOf } from "./characters.ts";
import { decodeIdx } from "./idx.ts";
import { greyPictures, labelledImages } from "./labelled-images.ts";

/** An IDX file from its parts. */
const idx = (type: number, shape: readonly number[], data: readonly number[]) =>
  new Uint8Array([0, 0, type, shape.length, ...shape.flatMap((dim) => [0, 0, dim >> 8, dim & 255]), ...data]);

describe("IDX", () => {
  it("is a header of type and dims, then elements, big endian", () => {
    const bytes = decodeIdx(idx(8, [2, 3], [1, 2, 3, 4, 5, 255]));
    expect([bytes.dtype, bytes.shape, [...bytes.data]]).toEqual(["uint8", [2, 3], [1, 2, 3, 4, 5, 255]]);
    expect([...decodeIdx(idx(0x0c, [2], [0, 0, 1, 0, 255, 255, 255, 255])).data]).toEqual([256, -1]);
    expect([...decodeIdx(idx(0x0d, [1], [0x3f, 0xc0, 0, 0])).data]).toEqual([1.5]);
    expect([...decodeIdx(idx(0x09, [2], [255, 1])).data]).toEqual([-1, 1]);
  });

  it("that is cut, too long or no IDX is refused", () => {
    for (const bytes of [
      new Uint8Array(),
      new Uint8Array([1, 2, 3, 4, 5]),
      idx(7, [1], [0]),
      idx(8, [2, 3], [1, 2]),
      idx(8, [1], [1, 2]),
      idx(8, [2, 3], []).slice(0, 6),
      new Uint8Array([0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]),
    ])
      expect(() => decodeIdx(bytes, "digits")).toThrow(/^digits: /);
  });
});

describe("labelled images", () => {
  const images = idx(8, [2, 1, 2], [10, 20, 30, 40]);
  it("are images and labels that belong together", async () => {
    const set = labelledImages("pair", ["a", "b"], images, idx(8, [2], [1, 0]));
    expect([set.images.shape, [...set.labels.numbers()], set.labels.dtype]).toEqual([[2, 1, 2], [1, 0], "int64"]);
    const { picture, label, name } = await greyPictures("pair", set).get(1, 1, 2);
    expect([[...picture.data], label, name]).toEqual([[30, 30, 30, 40, 40, 40], "a", "pair #1"]);
  });

  it("that don't are refused", () => {
    expect(() => labelledImages("pair", ["a"], images, idx(8, [3], [0, 0, 0]))).toThrow(/belong together/);
    expect(() => labelledImages("pair", ["a"], images, idx(8, [2], [0, 1]))).toThrow(/a label is 1/);
  });
});

it("characters are numbered by code point, and come back", () => {
  const characters = charactersOf("hello, wörld 🙂");
  expect(characters.size).toBe(11);
  expect(characters.decode(characters.encode("dör🙂 ").numbers())).toBe("dör🙂 ");
  expect([...characters.encode(" ,").numbers()]).toEqual([0, 1]);
  expect(() => characters.encode("x")).toThrow(/"x" is unknown/);
});
