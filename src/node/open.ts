/** @file open: a model from a file. */

import { closeSync, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, resolve, sep } from "node:path";
import { CajalError, type ExternalData } from "../graph/index.ts";
import { Model, type OpenOptions } from "../probe/index.ts";
import { fileError, readBytes, writeWhole } from "./files.ts";

/**
 * Opens an ONNX file. Weights that it keeps in other files are read from its own folder, and from nowhere else.
 * @throws CajalError `file-missing`, `bad-onnx`, `unknown-op`, `external-data`, `not-finite`
 */
export async function open(path: string, options: Omit<OpenOptions, "external" | "write"> = {}): Promise<Model> {
  const bytes = await readBytes(path);
  return Model.open(bytes, {
    name: basename(path),
    ...options,
    external: externalBeside(path),
    write: (target, data) => writeWhole(target, [data]),
  });
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
