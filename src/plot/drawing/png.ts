/** @file Bitmaps as PNG (ISO/IEC 15948). */

import { zlibSync } from "fflate";
import { encodeBase64 } from "../report/base64.ts";
import type { Rgba } from "./ramp.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const TRUE_COLOUR = 2;
const INDEXED = 3;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** Rows of bytes as a PNG. */
function encode(
  pixels: Uint8Array,
  width: number,
  height: number,
  type: number,
  extra: readonly Uint8Array[],
): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, type, 0, 0, 0], 8);
  const bytes = pixels.length / height;
  const rows = new Uint8Array(height * (bytes + 1)); // each row starts with its filter: none
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * bytes, (y + 1) * bytes), y * (bytes + 1) + 1);
  const chunks = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    ...extra,
    chunk("IDAT", zlibSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ];
  const png = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of chunks) {
    png.set(part, at);
    at += part.length;
  }
  return png;
}

/**
 * @param indices [height · width], each an index into the palette
 * @param palette at most 256 colours
 */
export function indexedPng(indices: Uint8Array, width: number, height: number, palette: readonly Rgba[]): Uint8Array {
  return encode(indices, width, height, INDEXED, [
    chunk("PLTE", Uint8Array.from(palette.flatMap((colour) => colour.slice(0, 3)))),
    chunk(
      "tRNS",
      Uint8Array.from(palette, ([, , , opacity]) => Math.round(opacity * 255)),
    ),
  ]);
}

/** @param pixels [height · width · 3] bytes of red, green and blue */
export function colourPng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  return encode(pixels, width, height, TRUE_COLOUR, []);
}

/** For the `href` of an image. */
export function pngUri(png: Uint8Array): string {
  return `data:image/png;base64,${encodeBase64(png)}`;
}
