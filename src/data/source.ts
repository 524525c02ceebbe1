/** @file Where the files of data sets come from. */

import { gunzipSync } from "fflate";
import { CajalError } from "../graph/index.ts";

/** Gives files of the registry's sets, checked against their SHA-256. */
export interface DataSource {
  /**
   * @param set a name of the registry
   * @param path of a file in it
   * @throws CajalError `no-data`, `network`, `checksum`
   */
  file(set: string, path: string): Promise<Uint8Array>;
}

/** The contents of a gzipped file. @throws CajalError `bad-file`, or as the source */
export async function unpacked(source: DataSource, set: string, path: string): Promise<Uint8Array> {
  const bytes = await source.file(set, path);
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new CajalError("bad-file", `${set}/${path} is no gzip file`, { cause });
  }
}
