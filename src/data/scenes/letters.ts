/** @file Written words for scenes: letters of 5 × 7 dots, in several hands. */

import type { Rng } from "../../graph/rng.ts";
import type { TransparentPicture } from "../formats/png.ts";
import type { Rgb } from "./colours.ts";

/** Each letter as seven rows of five dots, a row two hexadecimal digits from the top. */
const LETTERS: Readonly<Record<string, string>> = {
  A: "0e11111f111111",
  B: "1e11111e11111e",
  C: "0e11101010110e",
  D: "1e11111111111e",
  E: "1f10101e10101f",
  F: "1f10101e101010",
  G: "0e11101711110f",
  H: "1111111f111111",
  I: "0e04040404040e",
  J: "0702020202120c",
  K: "11121418141211",
  L: "1010101010101f",
  M: "111b1515111111",
  N: "11191513111111",
  O: "0e11111111110e",
  P: "1e11111e101010",
  Q: "0e11111115120d",
  R: "1e11111e141211",
  S: "0f10100e01011e",
  T: "1f040404040404",
  U: "1111111111110e",
  V: "11111111110a04",
  W: "1111111515150a",
  X: "11110a040a1111",
  Y: "1111110a040404",
  Z: "1f01020408101f",
  a: "00000e010f110f",
  b: "10101619111916",
  c: "00000e1010110e",
  d: "01010d1311130d",
  e: "00000e111f100e",
  f: "0609081c080808",
  g: "000f11110f010e",
  h: "10101619111111",
  i: "04000c0404040e",
  j: "0200060202120c",
  k: "10101214181412",
  l: "0c04040404040e",
  m: "00001a15151111",
  n: "00001619111111",
  o: "00000e1111110e",
  p: "00001e111e1010",
  q: "00000d130f0101",
  r: "00001619101010",
  s: "00000e100e011e",
  t: "08081c08080906",
  u: "0000111111130d",
  v: "00001111110a04",
  w: "0000111115150a",
  x: "0000110a040a11",
  y: "000011110f010e",
  z: "00001f0204081f",
};

const [dotsAcross, dotsDown] = [5, 7];

/** How a word is written. */
export interface Hand {
  readonly capitals: boolean;
  readonly bold: boolean;
  /** How far the top leans to the right, in dots per dot of height. */
  readonly slant: number;
  /** Empty dots between letters. */
  readonly spacing: number;
}

export function anyHand(rng: Rng): Hand {
  return {
    capitals: rng.random() < 0.6,
    bold: rng.random() < 0.4,
    slant: rng.random() < 0.3 ? 0.25 : 0,
    spacing: rng.random() < 0.3 ? 2 : 1,
  };
}

/** A word of 3 to 6 letters that need not mean anything. */
export function anyWord(rng: Rng): string {
  const [vowels, consonants] = ["aeiou", "bcdfghjklmnprstvwyz"];
  const begin = rng.int(0, 2);
  return Array.from({ length: rng.int(3, 7) }, (_, i) =>
    rng.pick([...((i + begin) % 2 === 0 ? consonants : vowels)]),
  ).join("");
}

/**
 * The word in one colour on transparent ground.
 * @param word letters A to Z
 * @param height of a capital, in pixels
 */
export function writeWord(word: string, height: number, colour: Rgb, hand: Hand): TransparentPicture {
  const text = hand.capitals ? word.toUpperCase() : word.toLowerCase();
  const advance = dotsAcross + hand.spacing;
  const lean = hand.slant * dotsDown;
  const dot = height / dotsDown;
  const width = Math.max(1, Math.round((text.length * advance - hand.spacing + lean) * dot));
  const rows = Math.max(1, Math.round(height));
  const data = new Uint8Array(4 * width * rows);
  const dots = [...text].map((letter) => rowsOf(LETTERS[letter] ?? LETTERS.X));
  /** Whether a point is inked, in dots from the top left. */
  const inked = (x: number, y: number) => {
    const row = Math.floor(y);
    const place = x - hand.slant * (dotsDown - y);
    const letter = Math.floor(place / advance);
    const column = place - letter * advance;
    if (letter < 0 || letter >= dots.length || row < 0 || row >= dotsDown) return false;
    const bits = dots[letter][row];
    const at = (c: number) => c >= 0 && c < dotsAcross && ((bits >> (dotsAcross - 1 - Math.floor(c))) & 1) === 1;
    return at(column) || (hand.bold && at(column - 0.6));
  };
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      let ink = 0;
      // 3 × 3 points of each pixel.
      for (let j = 0; j < 3; j++)
        for (let i = 0; i < 3; i++) if (inked((x + (i + 0.5) / 3) / dot, (y + (j + 0.5) / 3) / dot)) ink++;
      data.set([...colour, Math.round((255 * ink) / 9)], 4 * (y * width + x));
    }
  }
  return { width, height: rows, data };
}

/** Seven numbers, the leftmost dot the highest of five bits. */
function rowsOf(letter: string): number[] {
  return Array.from({ length: dotsDown }, (_, row) => Number.parseInt(letter.slice(2 * row, 2 * row + 2), 16));
}
