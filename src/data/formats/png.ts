/** @file Reads PNG pictures of up to 8 bits per channel, not interlaced (ISO/IEC 15948). For others Node.js has sharp, a page its canvas. */

import { unzlibSync } from "fflate";
import { CajalError } from "../../graph/index.ts";

/** 8-bit red, green, blue and opacity, row by row, four bytes a pixel. */
export interface TransparentPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Numbers per pixel by colour type: grey, RGB, palette, grey with opacity, RGB with opacity. */
const numbersPerPixel: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const largestSide = 4096;

/** @throws CajalError `bad-image` when it is damaged, or of a kind that is not read */
export function decodePng(bytes: Uint8Array, name = "the picture"): TransparentPicture {
  const fail = (what: string, cause?: unknown) => new CajalError("bad-image", `${name}: ${what}`, { cause });
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  if (!signature.every((byte, i) => bytes[i] === byte)) throw fail("no PNG file");
  const chunks = chunksOf(bytes, fail);
  const header = chunks.get("IHDR")?.[0];
  if (header?.length !== 13) throw fail("has no header");
  const view = new DataView(header.buffer, header.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, , , interlaced] = header.subarray(8);
  const size = numbersPerPixel[colour];
  if (width < 1 || height < 1 || width > largestSide || height > largestSide)
    throw fail(`${width} × ${height} pixels; sides from 1 to ${largestSide} are read`);
  const narrow = size === 1 && [1, 2, 4].includes(depth);
  if (size === undefined || !(depth === 8 || narrow) || interlaced !== 0)
    throw fail(`colour type ${colour} of ${depth} bits${interlaced === 0 ? "" : ", interlaced"}, is not read`);
  const packed = joined(chunks.get("IDAT") ?? []);
  const row = Math.ceil((width * size * depth) / 8);
  let raw: Uint8Array;
  try {
    // Never longer than what the header says.
    raw = unzlibSync(packed, { out: new Uint8Array(height * (row + 1)) });
  } catch (cause) {
    throw fail("its pixels are damaged", cause);
  }
  if (raw.length !== height * (row + 1)) throw fail("has too few pixels");
  const rows = unfiltered(raw, height, row, size, fail);
  const pixels = depth === 8 ? rows : widened(rows, width, height, depth, colour === 3);
  const palette = chunks.get("PLTE")?.[0] ?? new Uint8Array();
  return { width, height, data: coloured(pixels, colour, palette, chunks.get("tRNS")?.[0]) };
}

type Fail = (what: string, cause?: unknown) => CajalError;

function chunksOf(bytes: Uint8Array, fail: Fail): Map<string, Uint8Array[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, Uint8Array[]>();
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) throw fail("it ends too early");
    chunks.set(type, [...(chunks.get(type) ?? []), bytes.subarray(at + 8, at + 8 + length)]);
    at += 12 + length;
  }
  return chunks;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Undoes the filter of each row: a byte was stored as its difference from a guess by the pixels to the left and above. */
function unfiltered(raw: Uint8Array, height: number, row: number, size: number, fail: Fail): Uint8Array {
  const pixels = new Uint8Array(height * row);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)];
    if (filter > 4) throw fail(`a row has the unknown filter ${filter}`);
    for (let x = 0, at = y * row; x < row; x++, at++) {
      const left = x >= size ? pixels[at - size] : 0;
      const above = y > 0 ? pixels[at - row] : 0;
      const corner = x >= size && y > 0 ? pixels[at - row - size] : 0;
      const guesses = [0, left, above, (left + above) >> 1, nearest(left, above, corner)];
      pixels[at] = raw[y * (row + 1) + 1 + x] + guesses[filter];
    }
  }
  return pixels;
}

/** Of left, above and corner the one that is nearest to left + above − corner (Paeth). */
function nearest(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [l, a, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (l <= a && l <= c) return left;
  return a <= c ? above : corner;
}

/** One byte for each number of fewer bits; grey levels spread to 0–255. */
function widened(rows: Uint8Array, width: number, height: number, depth: number, isIndex: boolean): Uint8Array {
  const row = rows.length / height;
  const highest = 2 ** depth - 1;
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [y, bit] = [Math.floor(i / width), (i % width) * depth];
    const value = (rows[y * row + (bit >> 3)] >> (8 - depth - (bit & 7))) & highest;
    return isIndex ? value : (value * 255) / highest;
  });
}

function coloured(
  pixels: Uint8Array,
  colour: number,
  palette: Uint8Array,
  opacity: Uint8Array = new Uint8Array(),
): Uint8Array {
  const size = numbersPerPixel[colour];
  const count = pixels.length / size;
  const data = new Uint8Array(4 * count);
  for (let i = 0; i < count; i++) {
    const from = i * size;
    const grey = colour === 0 || colour === 4;
    for (let c = 0; c < 3; c++)
      data[4 * i + c] = colour === 3 ? (palette[3 * pixels[from] + c] ?? 0) : pixels[from + (grey ? 0 : c)];
    if (colour === 3) data[4 * i + 3] = opacity[pixels[from]] ?? 255;
    else data[4 * i + 3] = colour === 4 || colour === 6 ? pixels[from + size - 1] : 255;
  }
  return data;
}
