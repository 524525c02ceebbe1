/** @file A short name for numbers: other numbers have another one. */

/** 64 bits of all numbers, as 16 hexadecimal digits (two passes of FNV-1a over 32-bit words, stirred by Murmur's constants). */
export function fingerprint(arrays: readonly (Float64Array | Int32Array)[]): string {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (const { buffer, byteOffset, byteLength } of arrays) {
    const words = new Uint32Array(buffer, byteOffset, byteLength / 4);
    for (let i = 0; i < words.length; i++) {
      a = Math.imul(a ^ words[i], 0x01000193);
      a ^= a >>> 15;
      b = Math.imul(b ^ words[i], 0x85ebca6b);
      b ^= b >>> 13;
    }
    a = Math.imul(a ^ words.length, 0xc2b2ae35);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
