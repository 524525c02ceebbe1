/** @file Pictures, images, texts and models, by the name of a data set or from files. */

import { parse } from "node:path";
import {
  cifar10Pictures,
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
import { dataSource, exists, obtain, obtainFolder } from "./data-source.ts";
import { fileDigest } from "./download.ts";
import { isHubAddress, obtainFromHub } from "./hub.ts";
import { pictureFolder } from "./pictures.ts";
import { type Progress, silent } from "./progress.ts";

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
    return { ...(await pictureFolder(await obtainFolder(source, progress))), name: source };
  return cifar10Pictures(source, await unpacked(dataSource(progress), source, Object.keys(entry.files)[0]));
}

/** The images and labels of "mnist", "fashion-mnist" or "cifar10", as tensors. @throws CajalError `no-data` for any other set, or when it cannot be had */
export function openImages(name: string, split: Split, progress?: Progress): Promise<LabelledImages> {
  return loadImages(dataSource(progress), name, split);
}

/** The text of a set such as "tinyshakespeare". @throws CajalError `no-data` when it is none of text, or cannot be had */
export function openText(name: string, progress?: Progress): Promise<string> {
  return loadText(dataSource(progress), name);
}

/** The path of a model file, of a known model by name, or of one of the hub. @throws CajalError as `obtainFromHub`; `file-missing`, `checksum` */
export async function locateModel(source: string, progress: Progress = silent, signal?: AbortSignal): Promise<string> {
  if (isHubAddress(source)) return obtainFromHub(source, progress, signal);
  if (await exists(source)) return source;
  const known = Object.entries(registry).flatMap(([set, { kind, files }]) =>
    kind === "models" || kind === "text models"
      ? Object.keys(files)
          .filter(isModelFile)
          .map((file) => ({ set, file, name: parse(file).name }))
      : [],
  );
  const found = known.find(({ file, name }) => source === file || source === name);
  if (found === undefined)
    throw new CajalError("file-missing", `${source} does not exist`, {
      advice: `Give the path of a model, hub:owner/name, or one of: ${known.map(({ name }) => name).join(", ")}.`,
    });
  // What belongs to the model, such as its tokenizer, lies beside it.
  for (const file of Object.keys(registry[found.set].files))
    if (!isModelFile(file)) await obtain(found.set, file, progress, signal);
  return (await obtain(found.set, found.file, progress, signal)).place;
}

/** Tokenizers lie among the models, too. */
function isModelFile(file: string): boolean {
  return /\.(?:onnx|bin)$/.test(file) && !file.startsWith("tok");
}

/** How a known pretrained model wants its pictures. */
export async function preprocessOf(path: string): Promise<PreprocessName | undefined> {
  return knownPreprocess(await fileDigest(path));
}
