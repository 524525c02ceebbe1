/** @file The data sets and pretrained models that Cajal knows by name: what is in them, whose they are, how to check them. */

import { CajalError } from "../graph/index.ts";
import type { DataEntry } from "./data-entry.ts";
import { models } from "./known/models.ts";
import { pictures } from "./known/pictures.ts";
import { recordings } from "./known/recordings.ts";
import { texts } from "./known/texts.ts";
import type { PreprocessName } from "./preprocess.ts";

export const registry: Readonly<Record<string, DataEntry>> = { ...pictures, ...texts, ...recordings, ...models };

/** @throws CajalError `no-data` for an unknown name */
export function findData(name: string): DataEntry {
  if (!Object.hasOwn(registry, name)) {
    throw new CajalError("no-data", `no data set is named "${name}"`, {
      advice: `Known: ${Object.keys(registry).join(", ")}.`,
    });
  }
  return registry[name];
}

/** The preprocessing of a known pretrained model, by the SHA-256 of its file. */
export function knownPreprocess(sha256: string): PreprocessName | undefined {
  for (const entry of Object.values(registry)) {
    if (entry.kind === "models" && Object.values(entry.files).includes(sha256)) return entry.preprocess;
  }
  return undefined;
}
