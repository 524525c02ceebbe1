/** @file Bundles sources for pages and child processes under test. */

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Bundles an entry of this folder into files of `outdir`, the entry under its own name. */
export async function bundle(entry: "page.ts" | "child.ts", outdir: string): Promise<void> {
  const platform = entry === "page.ts" ? "browser" : "node";
  await build({
    entryPoints: [file(entry)],
    outdir,
    bundle: true,
    // So that what a page imports late, and threads load, is a file of its own.
    splitting: true,
    format: "esm",
    platform,
    alias: { "#runtime": file(platform === "browser" ? "../runtime/web.ts" : "../runtime/native.ts") },
    external: platform === "node" ? ["onnxruntime-node"] : [],
    logLevel: "error",
  });
}
