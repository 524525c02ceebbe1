/** @file Makes an input that shows a finding smaller. */

import { joined } from "./bytes.ts";
import { type FuzzTarget, tryInput } from "./target.ts";

/** Inputs tried at most. */
const tries = 2000;

/** A smaller input with a finding of the same signature: cut greedily until no cut keeps it. */
export async function minimise(target: FuzzTarget, bytes: Uint8Array, signature: string): Promise<Uint8Array> {
  let smallest = bytes;
  let left = tries;
  for (let found = true; found && left > 0; ) {
    found = false;
    for (const cut of (target.cuts ?? byteCuts)(smallest)) {
      if (left-- <= 0) break;
      if ((await tryInput(target, cut))?.signature !== signature) continue;
      smallest = cut;
      found = true;
      break;
    }
  }
  return smallest;
}

/** The bytes without one part, for parts of a half, a quarter, … a byte. */
export function* byteCuts(bytes: Uint8Array): Generator<Uint8Array> {
  for (let length = Math.ceil(bytes.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let at = 0; at < bytes.length; at += length) yield joined(bytes.subarray(0, at), bytes.subarray(at + length));
  }
}
