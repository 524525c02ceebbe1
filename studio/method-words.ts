/** The words of the methods' READMEs, for searching. */

import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** By slug, without programs and signs. */
export function methodWords(): Record<string, string> {
  const root = fileURLToPath(new URL("../src/methods/", import.meta.url));
  const readmes = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) =>
    /^[^/\\]+[/\\][^/\\]+[/\\]README\.md$/.test(path),
  );
  return Object.fromEntries(
    readmes.map((path) => {
      const text = readFileSync(join(root, path), "utf8").replace(/```[\s\S]*?```/g, " ");
      return [basename(dirname(path)), text.replace(/[^\p{L}\p{N}]+/gu, " ")];
    }),
  );
}
