/** @file Data sets by name: from the cache folder, else the mirror, else the official source; always checked. */

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  cifar10Pictures,
  type DataEntry,
  type DataSource,
  findData,
  greyPictures,
  knownPreprocess,
  type LabelledImages,
  loadImages,
  loadText,
  type PictureSet,
  type PreprocessName,
  registry,
  type Split,
  unpacked,
} from "../data/index.ts";
import { CajalError } from "../graph/index.ts";
import { readBytes, writeWhole } from "./files.ts";
import { cacheFolder, mirror } from "./folders.ts";
import { pictureFolder } from "./pictures.ts";
import { type Progress, silent } from "./progress.ts";

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The pictures of a folder, or of a data set by name. */
export async function openPictures(source: string, progress: Progress = silent): Promise<PictureSet> {
  if (await exists(source)) return pictureFolder(source);
  if (!Object.hasOwn(registry, source)) {
    const sets = Object.keys(registry).filter((name) => registry[name].kind === "pictures");
    throw new CajalError("file-missing", `${source} does not exist`, {
      advice: `Give a folder of pictures, or one of: ${sets.join(", ")}.`,
    });
  }
  const entry = findData(source);
  if (entry.kind !== "pictures")
    throw new CajalError("no-data", `"${source}" is a set of ${entry.kind}, not of pictures`);
  if (entry.format === "idx") return greyPictures(source, await openImages(source, "test", progress));
  if (entry.format === "folder")
    return { ...(await pictureFolder(await fetchSet(source, entry, progress))), name: source };
  return cifar10Pictures(source, await unpacked(dataSource(progress), source, Object.keys(entry.files)[0]));
}

/** The images and labels of "mnist" or "fashion-mnist", as tensors. @throws CajalError `no-data` for any other set, or when it cannot be had */
export function openImages(name: string, split: Split, progress?: Progress): Promise<LabelledImages> {
  return loadImages(dataSource(progress), name, split);
}

/** The text of a set such as "tinyshakespeare". @throws CajalError `no-data` when it is none of text, or cannot be had */
export function openText(name: string, progress?: Progress): Promise<string> {
  return loadText(dataSource(progress), name);
}

/** Files from the cache folder, else the mirror, else the official source. */
export function dataSource(progress: Progress = silent): DataSource {
  return {
    async file(set, path) {
      const entry = findData(set);
      if (!Object.hasOwn(entry.files, path))
        throw new CajalError("no-data", `"${set}" has no file ${path}`, {
          advice: `It has: ${Object.keys(entry.files).slice(0, 12).join(", ")}.`,
        });
      return readBytes(join(await fetchSet(set, { ...entry, files: { [path]: entry.files[path] } }, progress), path));
    },
  };
}

/** The path of a model file, or of a known model by name. */
export async function locateModel(source: string, progress: Progress = silent): Promise<string> {
  if (await exists(source)) return source;
  for (const [name, entry] of Object.entries(registry)) {
    if (entry.kind !== "models") continue;
    const file = Object.keys(entry.files).find((path) => source === path || source === basename(path, ".onnx"));
    if (file !== undefined) return join(await fetchSet(name, entry, progress), file);
  }
  const models = Object.values(registry).flatMap((entry) => (entry.kind === "models" ? Object.keys(entry.files) : []));
  throw new CajalError("file-missing", `${source} does not exist`, {
    advice: `Give the path of an ONNX file, or one of: ${models.map((path) => basename(path, ".onnx")).join(", ")}.`,
  });
}

/** How a known pretrained model wants its pictures. */
export async function preprocessOf(path: string): Promise<PreprocessName | undefined> {
  return knownPreprocess(sha256(await readBytes(path)));
}

/**
 * The folder that holds the set, complete and checked.
 * @throws CajalError `checksum`, `network`, `no-data`
 */
async function fetchSet(name: string, entry: DataEntry, progress: Progress): Promise<string> {
  const cached = join(cacheFolder(), name);
  const source = mirror();
  // A mirror on this machine is read in place; whatever comes over a network goes to the cache.
  const local = source !== undefined && !/^https?:/.test(source) ? join(source, name) : undefined;
  const folder = local !== undefined && (await exists(local)) ? local : cached;
  const files = Object.entries(entry.files);
  for (const [done, [path, checksum]] of files.entries()) {
    progress.update(`checking ${name}`, done, files.length, "files");
    if (await isIntact(join(folder, path), checksum)) continue;
    if (folder === local)
      throw new CajalError("no-data", `the mirror lacks ${join(folder, path)}`, {
        advice: "Complete it, or unset CAJAL_MIRROR.",
      });
    await download(name, entry, path, checksum, join(cached, path), source);
  }
  progress.update(`checking ${name}`, files.length, files.length, "files");
  return folder;
}

/** @throws CajalError `checksum` when the file is there but is not what it should be */
async function isIntact(path: string, checksum: string): Promise<boolean> {
  if (!(await exists(path))) return false;
  if (sha256(await readBytes(path)) === checksum) return true;
  throw new CajalError("checksum", `${path} is damaged: its SHA-256 differs from the published one`, {
    advice: "Delete it and try again.",
  });
}

async function download(
  name: string,
  entry: DataEntry,
  path: string,
  checksum: string,
  target: string,
  source: string | undefined,
) {
  const bases = [
    source !== undefined && /^https?:/.test(source) ? `${source.replace(/\/$/, "")}/${name}` : undefined,
    entry.download,
  ];
  for (const base of bases) {
    if (base === undefined) continue;
    const url = `${base}/${path}`;
    let response: Response;
    try {
      response = await fetch(url);
    } catch (error) {
      throw new CajalError("network", `${url} cannot be reached`, {
        advice: "Check the connection, or set CAJAL_MIRROR to a folder that has the data.",
        cause: error,
      });
    }
    if (!response.ok)
      throw new CajalError("network", `${url} answers ${response.status}`, {
        advice: "Try again later, or set CAJAL_MIRROR.",
      });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (sha256(bytes) !== checksum) {
      throw new CajalError(
        "checksum",
        `${url} sent ${bytes.length} bytes whose SHA-256 differs from the published one`,
        { advice: "The download was cut short or altered: try again." },
      );
    }
    await writeWhole(target, [bytes]);
    return;
  }
  throw new CajalError(
    "no-data",
    `"${name}" is neither in the cache nor in a mirror, and its source does not offer these files one by one`,
    {
      advice: `Fetch it from ${entry.homepage}, or set CAJAL_MIRROR to a folder that has ${name}/${path}.`,
    },
  );
}
