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

export interface Download {
  readonly url: string;
  /** SHA-256 of the file. */
  readonly sha256: string;
  readonly target: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Fetches a file. What arrives is kept as `<target>.partial` until it is whole, so that the next try asks for the rest only.
 * @throws CajalError `network`, `checksum`, `disk-full`, `not-permitted`, `in-use`; the signal's reason
 */
export async function download(wanted: Download): Promise<void> {
  const { url, target, sha256 } = wanted;
  const partial = `${target}.partial`;
  await mkdir(dirname(target), { recursive: true }).catch((error) => Promise.reject(fileError(error, target)));
  const lock = await Lock.take(`${target}.lock`);
  try {
    const { size, expected } = await receive(wanted, partial);
    if (expected !== undefined && size < expected)
      throw new CajalError("network", `${url} broke off after ${size} of ${expected} bytes`, {
        advice: "Try again: what has arrived is kept.",
      });
    if ((await fileDigest(partial)) !== sha256) {
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

/** Bytes that lie in the partial file afterwards, and how many the whole has, where the server says so. */
async function receive({ url, target, progress, signal }: Download, partial: string) {
  const had = await sizeOf(partial);
  const response = await ask(url, had, signal);
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
  return { size, expected };
}

async function ask(url: string, from: number, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      ...(signal && { signal }),
      ...(from > 0 && { headers: { range: `bytes=${from}-` } }),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new CajalError("network", `${url} cannot be reached`, {
      advice: "Check the connection, or set CAJAL_MIRROR to a folder that has the data.",
      cause,
    });
  }
  if (response.status === 416) return ask(url, 0, signal);
  if (!response.ok)
    throw new CajalError("network", `${url} answers ${response.status}`, {
      advice: "Try again later, or set CAJAL_MIRROR to a folder that has the data.",
    });
  return response;
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
