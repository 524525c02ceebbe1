/** @file Reads tar archives. */

import { unpackTar } from "modern-tar";
import { CajalError } from "../../graph/index.ts";
import { isSafeName } from "./zip.ts";

/**
 * The files of an archive, in its order; folders and links are left out.
 * @param name what messages call the archive
 * @throws CajalError `bad-file` when it is damaged or cut off, or has a file with an unsafe name
 */
export async function readTar(bytes: Uint8Array, name = "the tar archive"): Promise<Map<string, Uint8Array>> {
  const entries = await unpackTar(bytes, { strict: true }).catch((cause: unknown) => {
    throw new CajalError("bad-file", `${name} is no tar archive, or damaged`, { cause });
  });
  const files = new Map<string, Uint8Array>();
  for (const { header, data } of entries) {
    if (header.type !== "file") continue;
    if (!isSafeName(header.name))
      throw new CajalError(
        "bad-file",
        `${name} has a file with the unsafe name ${JSON.stringify(header.name.slice(0, 200))}`,
      );
    files.set(header.name, data ?? new Uint8Array());
  }
  if (files.size === 0) throw new CajalError("bad-file", `${name} holds no files`);
  return files;
}
