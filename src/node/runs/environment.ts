/** @file What a result depends on beside its options and seed: versions, code, machine. */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { availableParallelism, cpus, platform, release } from "node:os";
import { join, relative } from "node:path";
import * as ort from "onnxruntime-node";
import { version } from "../version.ts";

/** The folder of the package's code. */
const code = new URL("../..", import.meta.url).pathname;

export async function environment(): Promise<Record<string, string>> {
  return {
    cajal: version,
    code: await codeDigest(),
    node: process.version,
    onnxruntime: ort.env.versions.node ?? "",
    system: `${platform()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    threads: String(availableParallelism()),
  };
}

/** Of all code that computes: a result of other code may be another result. */
async function codeDigest(): Promise<string> {
  const hash = createHash("sha256");
  const rooms = ["graph", "nn", "probe", "data", "methods"];
  for (const room of rooms) {
    const entries = await readdir(join(code, room), { recursive: true, withFileTypes: true });
    const files = entries
      .filter(({ name }) => /(?<!\.test|\.d)\.[jt]s$/.test(name))
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort();
    for (const file of files) hash.update(relative(code, file)).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 12);
}
