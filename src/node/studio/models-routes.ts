/** @file Models over HTTP: those that this machine has, as files that a page opens. */

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, parse, resolve } from "node:path";
import { Hono } from "hono";
import { type PreprocessName, registry } from "../../data/index.ts";
import { CajalError } from "../../graph/index.ts";
import { preprocessOf } from "../data-sets.ts";
import { exists, placesOf } from "../data-source.ts";
import { readBytes } from "../files.ts";
import { assetsFolder } from "../folders.ts";
import { open } from "../open.ts";

export interface ModelInList {
  readonly id: string;
  readonly about: string;
  /** What a page needs to open it, the model itself first. */
  readonly files: readonly string[];
  /** Of all files. */
  readonly bytes: number;
  /** Of a network of pictures, where it is known. */
  readonly preprocess?: PreprocessName;
}

interface Found extends Omit<ModelInList, "bytes"> {
  readonly folder: string;
}

/** @param opened files and folders that the studio was opened with */
export function modelsRoutes(opened: readonly string[]): Hono {
  const app = new Hono();
  // What kind of model a file is can only be told by reading it: once is enough.
  let own: Promise<Found[]> | undefined;
  const findModels = async () => {
    own ??= Promise.all(opened.map(ownModel));
    return [...(await own), ...(await knownModels())];
  };

  app.get("/", async (c) => c.json(await Promise.all((await findModels()).map(listed))));

  app.get("/:id/files/:file", async (c) => {
    const { id, file } = c.req.param();
    const found = (await findModels()).find((model) => model.id === id);
    if (found === undefined) throw new CajalError("file-missing", `there is no model "${id}"`);
    if (!found.files.includes(file)) throw new CajalError("file-missing", `${id} has no file "${file}"`);
    const bytes = await contentsOf(join(found.folder, file), found.files.length === 1);
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, { "Content-Type": "application/octet-stream" });
  });

  return app;
}

/** The name by which the studio knows a file or folder that it was opened with. */
export const idOf = (path: string): string => basename(resolve(path));

/** A network of pictures is opened here, so that weights in files beside it come along, and no others. */
async function contentsOf(path: string, isAlone: boolean): Promise<Uint8Array> {
  return isAlone && path.endsWith(".onnx") ? (await open(path, { reads: "pictures" })).bytes() : readBytes(path);
}

async function listed({ folder, ...model }: Found): Promise<ModelInList> {
  const sizes = await Promise.all(model.files.map(async (file) => (await stat(join(folder, file))).size));
  return { ...model, bytes: sizes.reduce((a, b) => a + b, 0) };
}

async function knownModels(): Promise<Found[]> {
  const known = Object.entries(registry).flatMap(([set, entry]): Promise<Found | undefined>[] => {
    const { title } = entry;
    if (entry.kind === "models")
      return Object.keys(entry.files).map((file) =>
        there(set, [file], { id: parse(file).name, about: title, preprocess: entry.preprocess }),
      );
    return entry.kind === "text models" ? [there(set, Object.keys(entry.files), { id: set, about: title })] : [];
  });
  const embedded: Found = {
    folder: assetsFolder,
    id: "scene-network",
    about: "a small network on rendered scenes, some of whose neurons are known",
    files: ["scene-network.onnx"],
  };
  return [embedded, ...(await Promise.all(known))].filter((model) => model !== undefined);
}

/** A set of the registry, where all its files lie together on this machine. */
async function there(
  set: string,
  files: readonly string[],
  model: Omit<Found, "folder" | "files">,
): Promise<Found | undefined> {
  for (const folder of placesOf(set, files[0]).map(dirname))
    if ((await Promise.all(files.map((file) => exists(join(folder, file))))).every(Boolean))
      return { ...model, folder, files };
  return undefined;
}

/** What a text model's folder may hold beside what opens it. */
const textFile = /^(?:config|tokenizer|generation_config|model\.safetensors\.index)\.json$|\.safetensors$/;

async function ownModel(path: string): Promise<Found> {
  const about = "opened from this machine";
  const id = idOf(path);
  if ((await stat(path)).isDirectory())
    return { id, about, folder: resolve(path), files: (await readdir(path)).filter((file) => textFile.test(file)) };
  const [folder, file] = [dirname(resolve(path)), basename(path)];
  const beside = await readdir(folder);
  if (file.endsWith(".bin"))
    return { id, about, folder, files: [file, ...beside.filter((other) => /^tok.*\.bin$/.test(other))] };
  if ((await open(path)).reads === "text")
    return {
      id,
      about,
      folder,
      files: [file, ...beside.filter((other) => textFile.test(other) && other.endsWith(".json"))],
    };
  const preprocess = await preprocessOf(path);
  return { id, about, folder, files: [file], ...(preprocess && { preprocess }) };
}
