import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = new URL("../..", import.meta.url).pathname;
const snippets = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, code]) => code,
);

/** Runs a snippet of the README against the built package; what it prints. */
function run(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), "cajal-readme-"));
  try {
    const built = code
      .replace(/from "cajal\/(\w+)"/g, (_, room) => `from ${JSON.stringify(join(root, "dist", room, "index.js"))}`)
      .replace('"assets/', `"${join(root, "assets")}/`);
    writeFileSync(join(folder, "snippet.mjs"), built);
    return execFileSync(process.execPath, ["snippet.mjs"], { cwd: folder, encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it("the README's snippets do what they say", () => {
  expect(snippets.length).toBe(2);
  expect(run(snippets[0])).toMatch(/sample: \d+/);
  expect(run(snippets[1])).toContain("[ 3, 12, 27 ]");
});
