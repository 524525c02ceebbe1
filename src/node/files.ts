/** @file Files that are written whole or not at all, and errors that say what to do. */

import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { CajalError, type ErrorCode } from "../graph/index.ts";

const known: Readonly<Record<string, readonly [ErrorCode, string, string]>> = {
  ENOENT: ["file-missing", "does not exist", "Check the path."],
  ENOTDIR: ["file-missing", "does not exist", "A part of the path is a file, not a folder."],
  EISDIR: ["file-missing", "is a folder, not a file", "Give the path of a file."],
  EACCES: ["not-permitted", "may not be read or written", "Check its permissions."],
  EPERM: ["not-permitted", "may not be read or written", "Check its permissions."],
  EROFS: ["not-permitted", "lies on a read-only disk", "Choose another folder."],
  ENOSPC: [
    "disk-full",
    "could not be written: the disk is full",
    "Free some space, or choose another folder. Nothing half-written was left.",
  ],
  EDQUOT: [
    "disk-full",
    "could not be written: the disk quota is used up",
    "Free some space, or choose another folder.",
  ],
  EFBIG: [
    "disk-full",
    "could not be written: a file size limit is reached",
    "Raise the limit, or choose another folder.",
  ],
  EIO: ["disk-full", "could not be read or written: the disk reports an error", "Check the disk."],
};

/** The CajalError for an error of the file system; other errors stay as they are. */
export function fileError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const entry = code === undefined ? undefined : known[code];
  return entry === undefined
    ? error
    : new CajalError(entry[0], `${path} ${entry[1]}`, { advice: entry[2], cause: error });
}

export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const buffer = await readFile(path);
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (error) {
    throw fileError(error, path);
  }
}

/** A file being written under another name; it takes its own name only when all of it is on disk. */
export class PendingFile {
  private readonly path: string;
  private readonly temporary: string;
  private readonly handle: Awaited<ReturnType<typeof open>>;
  private buffered: Uint8Array[] = [];
  private size = 0;

  private constructor(path: string, temporary: string, handle: Awaited<ReturnType<typeof open>>) {
    this.path = path;
    this.temporary = temporary;
    this.handle = handle;
  }

  static async create(path: string): Promise<PendingFile> {
    const temporary = `${path}.${randomBytes(4).toString("hex")}.part`;
    try {
      await mkdir(dirname(path), { recursive: true });
      return new PendingFile(path, temporary, await open(temporary, "wx"));
    } catch (error) {
      throw fileError(error, path);
    }
  }

  async write(chunk: Uint8Array | string): Promise<void> {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    this.buffered.push(bytes);
    this.size += bytes.length;
    if (this.size >= 1 << 20) await this.flush();
  }

  private async flush(): Promise<void> {
    const chunks = this.buffered;
    this.buffered = [];
    this.size = 0;
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) at += (await this.handle.write(chunk, at)).bytesWritten;
    }
  }

  /** Puts the file in its place. */
  async commit(): Promise<void> {
    await this.flush();
    await this.handle.sync();
    await this.handle.close();
    await rename(this.temporary, this.path);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(this.temporary, { force: true });
  }
}

/** Writes a file from its chunks: whole or not at all. @throws CajalError `disk-full`, `not-permitted` */
export async function writeWhole(path: string, chunks: Iterable<Uint8Array | string>): Promise<void> {
  const file = await PendingFile.create(path);
  try {
    for (const chunk of chunks) await file.write(chunk);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw fileError(error, path);
  }
}
