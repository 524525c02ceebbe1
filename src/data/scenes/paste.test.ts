import { expect, it } from "vitest";
import { Rng } from "../../graph/rng.ts";
import { anyHand, anyWord, writeWord } from "./letters.ts";
import { freePlace, paste, resizeSticker } from "./paste.ts";

const ground = { width: 8, height: 8, data: new Uint8Array(192).fill(100) };
const sticker = (opacity: number) => ({
  width: 3,
  height: 2,
  data: Uint8Array.from({ length: 24 }, (_, i) => (i % 4 === 3 ? opacity : 200)),
});

it("a pasted picture covers by its opacity, its mask is where most of it is, and what reaches out is cut", () => {
  const { picture, mask } = paste(ground, sticker(255), 6, 7);
  expect(mask.reduce((a, b) => a + b)).toBe(2);
  expect([...picture.data.subarray(3 * 62)]).toEqual([200, 200, 200, 200, 200, 200]);
  expect(ground.data.every((value) => value === 100)).toBe(true);
  const half = paste(ground, sticker(51), 0, 0);
  expect(half.picture.data[0]).toBe(120);
  expect(half.mask.every((value) => value === 0)).toBe(true);
});

it("a resized sticker keeps its colour up to the edge", () => {
  const small = { width: 4, height: 4, data: new Uint8Array(64) };
  for (const i of [5, 6, 9, 10]) small.data.set([250, 10, 60, 255], 4 * i);
  const { data } = resizeSticker(small, 9, 9);
  for (let i = 0; i < 81; i++)
    if (data[4 * i + 3] > 0) expect([...data.subarray(4 * i, 4 * i + 3)]).toEqual([250, 10, 60]);
});

it("free places are free, and none is given where there is none", () => {
  const taken = new Uint8Array(64).fill(1, 0, 32);
  for (let i = 0; i < 20; i++) {
    const [x, y] = freePlace(new Rng(i), taken, 8, { width: 3, height: 3 }, 0) ?? [-1, -1];
    if (x >= 0) expect(y).toBeGreaterThanOrEqual(4);
  }
  expect(freePlace(new Rng(1), new Uint8Array(64).fill(1), 8, { width: 3, height: 3 })).toBeUndefined();
  expect(freePlace(new Rng(1), taken, 8, { width: 9, height: 1 })).toBeUndefined();
});

it("a written word is as wide as its letters, and bold is more ink than plain", () => {
  const plain = { capitals: true, bold: false, slant: 0, spacing: 1 };
  const word = writeWord("neuron", 14, [1, 2, 3], plain);
  expect([word.width, word.height]).toEqual([2 * (6 * 6 - 1), 14]);
  const ink = ({ data }: { data: Uint8Array }) => data.reduce((sum, value, i) => sum + (i % 4 === 3 ? value : 0), 0);
  expect(ink(writeWord("neuron", 14, [1, 2, 3], { ...plain, bold: true }))).toBeGreaterThan(1.2 * ink(word));
  // The letter I, dot by dot, at two pixels a dot.
  const letter = writeWord("i", 14, [0, 0, 0], plain);
  const rows = Array.from({ length: 7 }, (_, row) =>
    Array.from({ length: 5 }, (_, column) => (letter.data[4 * (2 * row * 10 + 2 * column) + 3] > 128 ? "#" : ".")).join(
      "",
    ),
  );
  expect(rows).toEqual([".###.", "..#..", "..#..", "..#..", "..#..", "..#..", ".###."]);
});

it("words have 3 to 6 letters, and a seed gives the same word in the same hand", () => {
  for (let i = 0; i < 50; i++) expect(anyWord(new Rng(i))).toMatch(/^[a-z]{3,6}$/);
  expect([anyWord(new Rng(3)), anyHand(new Rng(4))]).toEqual([anyWord(new Rng(3)), anyHand(new Rng(4))]);
});
