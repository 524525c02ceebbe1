/** @file Bytes as base64 (RFC 4648), in Node.js and in a browser. */

const DIGITS = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const PADDING = 0x3d; // =

/** About ten times as fast as `btoa` over `String.fromCharCode`, and without a call whose arguments grow with the data. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3)).fill(PADDING);
  const digit = (bits: number): number => DIGITS[bits & 63] ?? 0;
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const group = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    text[to] = digit(group >> 18);
    text[to + 1] = digit(group >> 12);
    if (from + 1 < bytes.length) text[to + 2] = digit(group >> 6);
    if (from + 2 < bytes.length) text[to + 3] = digit(group);
  }
  return new TextDecoder().decode(text);
}
