/** @file A checkpoint of training in a file. */

import { readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { CheckpointStorage } from "../nn/index.ts";
import { readBytes, writeWhole } from "./files.ts";

/**
 * Keeps a checkpoint in a safetensors file, which is at any moment the old one or the new one, never a part of one. One training at a time
 * may use it.
 * @throws CajalError (when read or written) `not-permitted`, `disk-full`, …
 */
export function checkpointFile(path: string): CheckpointStorage {
  return {
    async read() {
      await removeUnfinished(path);
      const exists = await stat(path).then(
        () => true,
        () => false,
      );
      return exists ? readBytes(path) : undefined;
    },
    write: (bytes) => writeWhole(path, [bytes]),
  };
}

/** A process that was killed while it wrote leaves its unfinished file behind. */
async function removeUnfinished(path: string): Promise<void> {
  const folder = dirname(path);
  const siblings = await readdir(folder).catch(() => []);
  const unfinished = siblings.filter(
    (name) => name.startsWith(`${basename(path)}.`) && /^\.[0-9a-f]{8}\.part$/.test(name.slice(basename(path).length)),
  );
  await Promise.all(unfinished.map((name) => rm(join(folder, name), { force: true })));
}
