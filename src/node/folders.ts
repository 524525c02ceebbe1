/** @file Where Cajal keeps and looks for files. */

import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Trained weights that ship with the package. */
export const assetsFolder = fileURLToPath(new URL("../../assets/", import.meta.url));

/** Downloaded data: CAJAL_CACHE, else the user's cache folder. */
export function cacheFolder(): string {
  const { CAJAL_CACHE, XDG_CACHE_HOME } = process.env;
  return CAJAL_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "cajal");
}

/** A folder or URL that has the data sets under their own names: CAJAL_MIRROR. */
export function mirror(): string | undefined {
  return process.env.CAJAL_MIRROR || undefined;
}
