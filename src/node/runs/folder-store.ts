/** @file A run's folder as the place where its run is kept. */

import { mkdirSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { RunStore } from "../../methods/index.ts";
import { checkpointFile } from "../checkpoint-file.ts";
import { exists } from "../data-source.ts";
import { fileError, readBytes, writeWhole } from "../files.ts";
import type { EventLog } from "./events.ts";
import type { RunFolder } from "./folder.ts";

export function folderStore(folder: RunFolder, events: EventLog): RunStore {
  return {
    write: (event) => events.write(event),
    figure(name, figure) {
      const path = folder.figure(name, "json");
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, JSON.stringify(figure));
      } catch (error) {
        throw fileError(error, path);
      }
    },
    async artifact(name, bytes) {
      const path = folder.artifact(name);
      await mkdir(dirname(path), { recursive: true });
      await writeWhole(path, [bytes]);
    },
    async readPart(name) {
      const path = folder.part(name);
      return (await exists(path)) ? new TextDecoder().decode(await readBytes(path)) : undefined;
    },
    async writePart(name, result) {
      await writeWhole(folder.part(name), [result]);
      await rm(folder.checkpoint(name), { force: true });
    },
    checkpoint: (part) => checkpointFile(folder.checkpoint(part)),
  };
}
