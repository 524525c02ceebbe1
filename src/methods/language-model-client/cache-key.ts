/** @file The key of a call: equal for equal calls, whatever the order of their fields. */

import { CajalError } from "../../graph/index.ts";

/** JSON with the fields of objects in the order of their names, without undefined ones. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** SHA-256 of the canonical JSON, in hexadecimal. @throws CajalError `runtime` in pages that are not served securely */
export async function keyOf(value: unknown): Promise<string> {
  const { subtle } = globalThis.crypto;
  if (subtle === undefined)
    throw new CajalError("runtime", "this page has no SHA-256, which the cache and the journal need", {
      advice: "Serve it from https or from 127.0.0.1.",
    });
  const digest = await subtle.digest("SHA-256", new TextEncoder().encode(canonicalJson(value)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
