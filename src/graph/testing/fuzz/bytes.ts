/** @file Damage to bytes that knows nothing of their format, and values that programs get wrong. */

import type { Rng } from "../../rng.ts";

/** Whole numbers at the edges of types and limits. */
export const edges: readonly bigint[] = [
  0n,
  1n,
  -1n,
  2n,
  3n,
  7n,
  8n,
  13n,
  64n,
  127n,
  128n,
  255n,
  256n,
  1000n,
  65535n,
  65536n,
  1n << 20n,
  1n << 29n,
  2147483647n,
  -2147483648n,
  4294967295n,
  4294967296n,
  1n << 40n,
  (1n << 53n) - 1n,
  1n << 53n,
  (1n << 63n) - 1n,
  -(1n << 63n),
];

/** Names that objects have of their own, that leave a folder, or that no encoding likes. */
export const oddNames: readonly string[] = [
  "",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "length",
  "0",
  "-1",
  "../x",
  "/etc/passwd",
  "a\0b",
  "\ud800",
  "x".repeat(5000),
];

export function edge(rng: Rng): bigint {
  return rng.random() < 0.3 ? BigInt(rng.int(-4, 10)) : rng.pick(edges);
}

/** The bytes after one to four changes: flipped bits, other bytes, cuts, insertions, repeats, a number at an edge. */
export function damage(bytes: Uint8Array, rng: Rng): Uint8Array {
  let damaged = bytes;
  for (let count = rng.int(1, 5); count > 0; count--) damaged = damageOnce(damaged, rng);
  return damaged;
}

function damageOnce(bytes: Uint8Array, rng: Rng): Uint8Array {
  const at = rng.int(0, bytes.length + 1);
  const length = rng.int(0, rng.pick([2, 9, 65, 1025]));
  switch (rng.int(0, 7)) {
    case 0:
      return changed(bytes, at, (byte) => byte ^ (1 << rng.int(0, 8)));
    case 1:
      return changed(bytes, at, () => rng.int(0, 256));
    case 2:
      return bytes.slice(0, at);
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 4:
      return joined(
        bytes.subarray(0, at),
        Uint8Array.from({ length }, () => rng.int(0, 256)),
        bytes.subarray(at),
      );
    case 5:
      return joined(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length)));
    default: {
      const number = new DataView(new ArrayBuffer(8));
      number.setBigInt64(0, edge(rng), true);
      const width = rng.pick([1, 2, 4, 8]);
      const copy = bytes.slice();
      copy.set(new Uint8Array(number.buffer, 0, Math.min(width, copy.length - at)), at);
      return copy;
    }
  }
}

function changed(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  if (at < copy.length) copy[at] = change(copy[at]);
  return copy;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
