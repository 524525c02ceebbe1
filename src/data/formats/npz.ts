/** @file NPZ files, NumPy's format for several named arrays (a ZIP archive of NPY files), to tensors and back. */

import { zipSync } from "fflate";
import { CajalError, type Tensor } from "../../graph/index.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { isSafeName, readZip } from "./zip.ts";

export interface ReadNpzOptions {
  /** What messages call the file. */
  readonly source?: string;
  /** Bytes that the arrays may have together, unpacked; default 1 GiB. */
  readonly limit?: number;
}

export interface WriteNpzOptions {
  /** Deflates the arrays, as np.savez_compressed does; default false. */
  readonly compress?: boolean;
}

const extension = ".npy";

const isArrayName = (name: string): boolean => name !== "" && name !== "__proto__" && isSafeName(name + extension);

/**
 * Reads an NPZ file, as `np.savez` and `np.savez_compressed` write it: arrays by name.
 * @throws CajalError `bad-file` (damaged, ZIP64), `too-large` (more unpacked bytes than the limit), `dtype` (see `decodeNpy`)
 */
export function decodeNpz(bytes: Uint8Array, options: ReadNpzOptions = {}): Readonly<Record<string, Tensor>> {
  const { source = "the NPZ file", limit = 2 ** 30 } = options;
  const arrays = readZip(bytes, limit, source).map((member): [string, Tensor] => {
    const where = `${source}: member "${member.name}"`;
    const name = member.name.slice(0, -extension.length);
    if (!member.name.endsWith(extension) || !isArrayName(name)) {
      throw new CajalError("bad-file", `${where} is not named as an array`, {
        advice: `An NPZ file holds arrays only, named "….npy".`,
      });
    }
    return [name, decodeNpy(member.read(), where)];
  });
  return Object.fromEntries(arrays);
}

/**
 * An NPZ file of the tensors. Equal input gives equal bytes.
 * @throws CajalError `argument` for names that no archive can hold safely, `too-large` beyond 4 GiB
 */
export function encodeNpz(
  tensors: Readonly<Record<string, Tensor>>,
  options: WriteNpzOptions = {},
): Uint8Array<ArrayBuffer> {
  for (const name of Object.keys(tensors)) {
    if (!isArrayName(name)) {
      throw new CajalError("argument", `encodeNpz: ${JSON.stringify(name.slice(0, 200))} cannot name an array`, {
        advice: 'Names are relative paths, as in "encoder/weight".',
      });
    }
  }
  const files = Object.entries(tensors).map(([name, tensor]) => [`${name}${extension}`, encodeNpy(tensor)] as const);
  const total = files.reduce((sum, [, file]) => sum + file.length, 0);
  if (total > 0xffff0000 || files.length > 0xfffe) {
    throw new CajalError(
      "too-large",
      `encodeNpz: ${files.length} arrays of ${total} bytes; a ZIP archive holds 4 GiB`,
      {
        advice: "Write several files, or safetensors.",
      },
    );
  }
  // The earliest date that ZIP knows, so that the bytes don't depend on the clock.
  return zipSync(Object.fromEntries(files), {
    level: options.compress === true ? 6 : 0,
    mtime: new Date(1980, 0, 1),
  });
}
