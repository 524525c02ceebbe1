/** @file Where files come from that the official source has side by side. */

import type { Official } from "../data-entry.ts";

/** Files that the official source has in one folder. */
export function officialFolder(url: string, sums: Readonly<Record<string, string>>): Record<string, Official> {
  return Object.fromEntries(Object.entries(sums).map(([path, sha256]) => [path, { url: `${url}/${path}`, sha256 }]));
}
