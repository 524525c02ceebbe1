/** @file The room of a new method, laid out: what every room has, with tests that fail until the method is there. */

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CajalError } from "../graph/index.ts";
import { families } from "../methods/index.ts";
import { writeWhole } from "./files.ts";

const contents = (family: string, slug: string, name: string): Readonly<Record<string, string>> => ({
  "README.md": `# ${slug}

What it is, in one sentence.

## On your own data

\`\`\`ts
import { ${name} } from "cajal/methods/${family}/${slug}";
\`\`\`

## The experiment

What \`cajal run ${slug}\` does, against which baselines, and what is known to fall short.

## Reference

Authors: *Title*, venue year.
`,
  "index.ts": `/** @file cajal/methods/${family}/${slug}: what it gives a user, in one sentence. */

export { ${name} } from "./${slug}.ts";
`,
  [`${slug}.ts`]: `/** @file The idea of the paper, named in its words. */

/** What it computes: shapes, units, errors, source. */
export function ${name}(): number {
  return 0;
}
`,
  "method.ts": `/** @file The experiment of ${slug}. */

import { z } from "zod";
import { defineMethod } from "../../method.ts";
import { ${name} } from "./${slug}.ts";

export default defineMethod({
  slug: "${slug}",
  family: "${family}",
  paper: { title: "", authors: "", year: 2000 },
  summary: "",
  options: z.object({
    size: z.number().int().positive().default(10).describe("what it counts"),
  }),
  quick: { size: 1 },
  bars: [{ metric: "what must be reached", atLeast: 1 }],
  async run({ size }, run) {
    const result = await run.part("all of it", async () => size * ${name}());
    run.metric("what must be reached", result);
  },
});
`,
  [`${slug}.test.ts`]: `import { expect, it } from "vitest";
import { memoryRun } from "../../testing/memory-run.ts";
import { ${name} } from "./index.ts";
import method from "./method.ts";

it("an identity of the paper holds", () => {
  expect(${name}()).toBe(1);
});

it("the quick experiment finds what the bars ask for", async () => {
  const run = memoryRun(1);
  await method.run(method.options.parse(method.quick), run);
  for (const { metric } of method.bars) expect(run.metrics).toHaveProperty([metric]);
});

it("is described", () => {
  expect(method.summary).not.toBe("");
  expect(method.paper.title).not.toBe("");
});
`,
});

/**
 * Makes src/methods/<family>/<slug> and its line in the registry.
 * @param checkout the folder of Cajal's source
 * @param place "<family>/<slug>"
 * @throws CajalError `argument`, `file-missing` where there is no source
 */
export async function layOutMethod(checkout: string, place: string): Promise<string[]> {
  const match = /^([a-z]+)\/([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(place);
  const [, family = "", slug = ""] = match ?? [];
  if (!families.some((name) => name === family))
    throw new CajalError("argument", `"${place}" is not <family>/<slug>`, {
      advice: `The families: ${families.join(", ")}. A slug is lower-case words with hyphens.`,
    });
  const registry = join(checkout, "src/methods/registry.ts");
  const source = await readFile(registry, "utf8").catch(() => {
    throw new CajalError("file-missing", `${registry} does not exist`, {
      advice: "Call it in the folder of Cajal's source.",
    });
  });
  const room = join(checkout, "src/methods", family, slug);
  const taken = await stat(room).then(
    () => true,
    () => false,
  );
  if (taken || source.includes(`"${slug}":`) || new RegExp(`^  ${slug}: \\{`, "m").test(source))
    throw new CajalError("argument", `there is a method "${slug}" already`);
  const name = slug.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const files = Object.entries(contents(family, slug, name));
  for (const [file, text] of files) await writeWhole(join(room, file), [text]);
  const key = slug.includes("-") ? `"${slug}"` : slug;
  const entry = `  ${key}: { family: "${family}", title: "", load: () => import("./${family}/${slug}/method.ts") },\n`;
  const opening = /export const methods[^{]*\{\n?/.exec(source);
  if (opening === null) throw new CajalError("bad-file", `${registry} has no list of methods`);
  const end = opening.index + opening[0].length;
  await writeWhole(registry, [source.slice(0, end).trimEnd(), "\n", entry, source.slice(end)]);
  return files.map(([file]) => join(room, file));
}
