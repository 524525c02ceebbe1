/** @file The code of a page of the manual, as a program that runs against the built package. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../../..", import.meta.url).pathname;

/** The TypeScript snippets of a page, in order. @param page its path from the package's root */
export function snippetsOf(page: string): string[] {
  return [...readFileSync(join(root, page), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
}

/** Runs code in a folder of its own; what it prints. */
export function runSnippet(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), "cajal-snippet-"));
  try {
    const built = code
      .replace(/from "cajal\/([\w/-]+)"/g, (_, room) => `from ${JSON.stringify(join(root, "dist", room, "index.js"))}`)
      .replace('"assets/', `"${join(root, "assets")}/`);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "snippet.mjs"), built);
    return execFileSync(process.execPath, ["snippet.mjs"], { cwd: folder, encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
