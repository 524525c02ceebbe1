/** @file Whether a sample is the same each time it is read: data loaders shuffle, and change pictures at random. */

import { CajalError, type Tensor } from "../../../graph/index.ts";

export class InputHashes {
  /** By feed, then by sample. */
  private readonly seen = new Map<number, Map<number, number>>();

  /** @throws CajalError `argument` when the sample was another one before */
  check(feed: number, index: number, name: string, input: Tensor): void {
    const known = this.seen.get(feed) ?? new Map<number, number>();
    this.seen.set(feed, known);
    const hash = hashOf(input);
    const before = known.get(index);
    if (before !== undefined && before !== hash)
      throw new CajalError("argument", `sample ${index} (${name}) is not what it was when it was read before`, {
        advice:
          "Turn off shuffling and random changes of the data: all nets must see the same inputs in the same order.",
      });
    known.set(index, hash);
  }
}

/** 32 bits of all bytes (FNV-1a, four bytes at a time, with a last mix). */
export function hashOf({ data }: Tensor): number {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let hash = 0x811c9dc5;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 4);
  for (let i = 0; i < whole; i += 4) {
    hash = Math.imul(hash ^ view.getUint32(i, true), 0x01000193);
    hash ^= hash >>> 15;
  }
  for (let i = whole; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}
