/** @file A folder of this machine's disk, as what opens models sees it. */

import { type FileHandle, open as openFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { FileFolder } from "../data/index.ts";
import { fileError, readBytes } from "./files.ts";

/** Gives the folder to the work, and closes what it opened when the work is over. */
export async function inFolder<T>(path: string, work: (folder: FileFolder) => Promise<T>): Promise<T> {
  const handles: FileHandle[] = [];
  const folder: FileFolder = {
    path,
    list: () => readdir(path),
    bytes: (file) => readBytes(join(path, file)),
    async source(file) {
      const place = join(path, file);
      try {
        const handle = await openFile(place, "r");
        handles.push(handle);
        const { size } = await handle.stat();
        return { size, read: (offset, length) => readAt(handle, offset, length, place) };
      } catch (error) {
        throw fileError(error, place);
      }
    },
  };
  try {
    return await work(folder);
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

/** As many of the bytes as there are. */
async function readAt(handle: FileHandle, offset: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  try {
    while (at < length) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(length - at, 1 << 30), offset + at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
  } catch (error) {
    throw fileError(error, path);
  }
  return bytes.subarray(0, at);
}
