/** @file Files of data sets: from the mirror, else the cache folder, else their source; always checked. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "fflate";
import { type DataEntry, type DataSource, findData, type Official, registry } from "../data/index.ts";
import { CajalError } from "../graph/index.ts";
import { download, fileDigest } from "./download.ts";
import { readBytes } from "./files.ts";
import { assetsFolder, cacheFolder, mirror } from "./folders.ts";
import { type Progress, silent } from "./progress.ts";

export function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Files of the registry's sets; what is not here yet is fetched. */
export function dataSource(progress: Progress = silent, signal?: AbortSignal): DataSource {
  return {
    async file(set, path) {
      const { place, packed } = await obtain(set, path, progress, signal);
      const bytes = await readBytes(place);
      return packed ? bytes : gzipSync(bytes, { level: 1 });
    },
  };
}

/**
 * The folder that holds a set, complete and checked.
 * @throws CajalError `checksum`, `network`, `no-data`, `file-missing`
 */
export async function obtainFolder(set: string, progress: Progress): Promise<string> {
  const paths = Object.keys(findData(set).files);
  let folder = "";
  for (const [done, path] of paths.entries()) {
    progress.update(`checking ${set}`, done, paths.length, "files");
    const { place } = await obtain(set, path, progress);
    folder = place.slice(0, -path.length - 1);
  }
  progress.update(`checking ${set}`, paths.length, paths.length, "files");
  return folder;
}

/** Where a file of a set is. */
export interface Place {
  readonly place: string;
  /** False: it is the contents of the gzip file that was asked for. */
  readonly packed: boolean;
}

/** Makes sure that a file of a set is here and intact. */
export async function obtain(set: string, path: string, progress: Progress, signal?: AbortSignal): Promise<Place> {
  const found = await locate(set, path);
  if (found) return found;
  const entry = findData(set);
  if (entry.shipped)
    throw new CajalError("file-missing", `${join(assetsFolder, path)} is not there`, {
      advice: "It is a part of Cajal: install it again.",
    });
  const remote = mirror();
  const official = entry.official?.[path];
  const source = /^https?:/.test(remote ?? "")
    ? {
        url: `${remote?.replace(/\/$/, "")}/${set}/${path}`,
        sha256: entry.files[path],
        target: join(cacheFolder(), set, path),
      }
    : official && { ...official, target: officialPlace(set, official) };
  if (source === undefined)
    throw new CajalError(
      "no-data",
      `"${set}" is neither in the cache nor in a mirror, and its source does not offer ${path} by itself`,
      { advice: `Fetch it from ${entry.homepage}, or set CAJAL_MIRROR to a folder that has ${set}/${path}.` },
    );
  await download({ ...source, progress, ...(signal && { signal }) });
  return { place: source.target, packed: source.target.endsWith(".gz") || !path.endsWith(".gz") };
}

/** Where a file of a set is already, if it is. @throws CajalError `no-data` for a name that is unknown, `checksum` when the file is damaged */
export async function locate(set: string, path: string): Promise<Place | undefined> {
  const entry = findData(set);
  const sha256 = fileChecksum(set, entry, path);
  for (const place of placesOf(set, path)) if (await isIntact(place, sha256)) return { place, packed: true };
  const official = entry.official?.[path];
  if (official === undefined) return undefined;
  const place = officialPlace(set, official);
  return (await isIntact(place, official.sha256))
    ? { place, packed: place.endsWith(".gz") || !path.endsWith(".gz") }
    : undefined;
}

/** Where a file of a set may lie under its own name. */
export function placesOf(set: string, path: string): string[] {
  if (findData(set).shipped) return [join(assetsFolder, path)];
  const local = mirror();
  // A mirror on this machine is read in place; whatever comes over a network goes to the cache.
  const folders = local === undefined || /^https?:/.test(local) ? [cacheFolder()] : [local, cacheFolder()];
  return folders.map((folder) => join(folder, set, path));
}

/** Where a file from the official source is kept. */
export function officialPlace(set: string, { url }: Official): string {
  return join(cacheFolder(), set, "official", decodeURIComponent(new URL(url).pathname.split("/").at(-1) as string));
}

function fileChecksum(set: string, entry: DataEntry, path: string): string {
  if (Object.hasOwn(entry.files, path)) return entry.files[path];
  throw new CajalError("no-data", `"${set}" has no file ${path}`, {
    advice: `It has: ${Object.keys(registry[set].files).slice(0, 12).join(", ")}.`,
  });
}

/** @throws CajalError `checksum` when the file is there but is not what it should be */
async function isIntact(place: string, sha256: string): Promise<boolean> {
  if (!(await exists(place))) return false;
  if ((await fileDigest(place)) === sha256) return true;
  throw new CajalError("checksum", `${place} is damaged: its SHA-256 differs from the published one`, {
    advice: "Delete it and try again.",
  });
}
