/** @file Downloads that go on where they were cut off, and that are in their place only when they are whole and what they should be. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { CajalError } from "../graph/index.ts";
import { fileError } from "./files.ts";
import { Lock } from "./lock.ts";
import type { Progress } from "./progress.ts";
import { type Asked, ask } from "./request.ts";

export interface Download extends Asked {
  /** SHA-256 of the file. Default: what the server says it is, where it does. */
  readonly sha256?: string;
  readonly target: string;
  readonly progress: Progress;
}

/**
 * Fetches a file. What arrives is kept as `<target>.partial` until it is whole, so that the next try asks for the rest only.
 * @throws CajalError `network`, `checksum`, `disk-full`, `not-permitted`, `in-use`; the signal's reason
 */
export async function download(wanted: Download): Promise<void> {
  const { url, target } = wanted;
  const partial = `${target}.partial`;
  await mkdir(dirname(target), { recursive: true }).catch((error) => Promise.reject(fileError(error, target)));
  const lock = await Lock.take(`${target}.lock`);
  try {
    const { size, expected, published } = await receive(wanted, partial);
    if (expected !== undefined && size < expected)
      throw new CajalError("network", `${url} broke off after ${size} of ${expected} bytes`, {
        advice: "Try again: what has arrived is kept.",
      });
    const sha256 = wanted.sha256 ?? published;
    if (sha256 !== undefined && (await fileDigest(partial)) !== sha256) {
      await rm(partial, { force: true });
      throw new CajalError("checksum", `${url} sent ${size} bytes whose SHA-256 differs from the published one`, {
        advice: "The file was altered on its way, or there is a new version: try again later.",
      });
    }
    await rename(partial, target);
  } finally {
    await lock.release();
  }
}

/** Bytes that lie in the partial file afterwards; how many the whole has, and its SHA-256, where the server says so. */
async function receive(wanted: Download, partial: string) {
  const { url, target, progress, signal } = wanted;
  const had = await sizeOf(partial);
  const { response, published } = await ask(wanted, had);
  // A server without ranges, or whose file is not longer than what there is, sends everything anew.
  const start = response.status === 206 ? had : 0;
  const rest = Number(response.headers.get("content-length") ?? Number.NaN);
  const expected = Number.isFinite(rest) && !response.headers.has("content-encoding") ? start + rest : undefined;
  let size = start;
  try {
    const file = await open(partial, start > 0 ? "a" : "w");
    try {
      const reader = response.body?.getReader();
      for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
        await file.writeFile(piece.value);
        size += piece.value.length;
        progress.update(`fetching ${basename(target)}`, size / 1e6, (expected ?? size) / 1e6, "MB");
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    const mapped = fileError(error, target);
    if (mapped instanceof CajalError) {
      await rm(partial, { force: true });
      throw mapped;
    }
    throw new CajalError("network", `${url} broke off after ${size} bytes`, {
      advice: "Try again: what has arrived is kept.",
      cause: error,
    });
  }
  return { size, expected, published };
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** SHA-256 in hexadecimal. */
export function bytesDigest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** SHA-256 of a file, read piece by piece. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw fileError(error, path);
  }
  return hash.digest("hex");
}
