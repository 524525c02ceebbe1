/** @file Real data for tests: from the mirror, where there is one. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { mirror } from "../folders.ts";

/** The path of a file of the mirror, or undefined: tests that need it skip. */
export function mirrored(path: string): string | undefined {
  const folder = mirror();
  const full = folder === undefined ? undefined : join(folder, path);
  return full !== undefined && existsSync(full) ? full : undefined;
}
