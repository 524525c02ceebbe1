/** @file open: a model from a file or a folder. */

import { closeSync, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { openLlama2c, openTextFolder, textBeside } from "../data/index.ts";
import { CajalError, decodeModel, type ExternalData, importModel } from "../graph/index.ts";
import { Model, OnnxNetwork, type OpenOptions, readsText, TextModel, type TextModelOptions } from "../probe/index.ts";
import { exists } from "./data-source.ts";
import { inFolder } from "./disk-folder.ts";
import { fileError, readBytes, writeWhole } from "./files.ts";
import { isHubAddress, obtainFromHub } from "./hub.ts";
import type { Progress } from "./progress.ts";

export interface OpenFileOptions
  extends Omit<OpenOptions, "external" | "write">,
    Omit<TextModelOptions, "name" | "write" | "tokenizerAdvice"> {
  /** What the model must read; anything else is an error. Default: whatever it reads. */
  readonly reads?: "pictures" | "text";
  /** Of fetching a model from the hub. */
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Opens a model: an ONNX file; a folder of Hugging Face (config.json, safetensors, tokenizer.json); a checkpoint of llama2.c (.bin); such a
 * folder or an ONNX file of Hugging Face's hub (hub:owner/name, hub:owner/name@revision, hub:owner/name/path.onnx). Weights
 * that an ONNX file keeps in other files are read from its own folder, and from nowhere else. A text model's tokenizer is looked for beside it.
 * @throws CajalError as `obtainFromHub`; `file-missing`, `bad-file`, `bad-onnx`, `unknown-op`, `unknown-architecture`, `external-data`, `not-finite`, `argument`
 * when it reads something else than it should
 */
export async function open(path: string, options: OpenFileOptions & { readonly reads: "pictures" }): Promise<Model>;
export async function open(path: string, options: OpenFileOptions & { readonly reads: "text" }): Promise<TextModel>;
export async function open(path: string, options?: OpenFileOptions): Promise<Model | TextModel>;
export async function open(
  source: string,
  { reads, progress, signal, ...options }: OpenFileOptions = {},
): Promise<Model | TextModel> {
  const model = await openAny(isHubAddress(source) ? await obtainFromHub(source, progress, signal) : source, options);
  if (reads !== undefined && model.reads !== reads)
    throw new CajalError("argument", `${model.name} reads ${model.reads}, not ${reads}`, {
      advice:
        model.reads === "text" ? "Look at its neurons with cajal neurons." : "Look at its neurons with cajal describe.",
    });
  return model;
}

async function openAny(
  path: string,
  options: Omit<OpenFileOptions, "reads" | "progress" | "signal">,
): Promise<Model | TextModel> {
  const named = { name: basename(resolve(path)), ...options };
  if ((await stat(path).catch(() => undefined))?.isDirectory())
    return inFolder(path, (folder) => openTextFolder(folder, named));
  if (path.endsWith(".bin")) return inFolder(dirname(path), (folder) => openLlama2c(folder, basename(path), named));
  const proto = decodeModel(await readBytes(path), named.name);
  const external = externalBeside(path);
  const write = (target: string, data: Uint8Array) => writeWhole(target, [data]);
  const imported = importModel(proto, external, named.name);
  if (!readsText(imported)) return new Model(proto, { ...named, external, write }, imported);
  const { context, causal, ...text } = await inFolder(await textFolder(path), (folder) => textBeside(folder, named));
  const network = new OnnxNetwork(proto, { name: named.name, external, context, causal }, imported);
  return new TextModel(network, { ...text, write });
}

/** Where what belongs to the text of an ONNX file lies: in its own folder, or the one above. */
async function textFolder(path: string): Promise<string> {
  const own = dirname(path);
  for (const file of ["config.json", "tokenizer.json"]) if (await exists(join(own, file))) return own;
  return dirname(own);
}

/** Reads parts of files in the folder of the model, following no link and no `..` out of it. */
export function externalBeside(modelPath: string): ExternalData {
  const folder = dirname(resolve(modelPath));
  return (location, offset, length) => {
    const path = resolve(folder, location);
    if (isAbsolute(location) || !path.startsWith(folder + sep)) throw escapes(location);
    let real: string;
    try {
      real = realpathSync(path);
    } catch (error) {
      throw new CajalError("external-data", `the model keeps weights in "${location}", which is not beside it`, {
        advice: `Put that file into ${folder}.`,
        cause: error,
      });
    }
    if (!real.startsWith(realpathSync(folder) + sep)) throw escapes(location);
    return readPart(real, location, offset, length);
  };
}

function escapes(location: string): CajalError {
  return new CajalError("external-data", `the model asks for weights outside its folder: "${location}"`, {
    advice: "Models must not read other files. If you trust it, put the file beside the model and fix the location.",
  });
}

function readPart(path: string, location: string, offset: number, length: number): Uint8Array {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { size } = fstatSync(file);
    if (offset + length > size) {
      throw new CajalError(
        "external-data",
        `"${location}" has ${size} bytes, but the model wants ${length} at ${offset}`,
        {
          advice: "It is truncated, or belongs to another model.",
        },
      );
    }
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const read = readSync(file, bytes, at, Math.min(length - at, 1 << 30), offset + at);
      if (read === 0) throw new CajalError("external-data", `"${location}" ended early`);
      at += read;
    }
    return bytes;
  } catch (error) {
    throw fileError(error, path);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
