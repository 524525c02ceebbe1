/** @file What a run's folder says of it: run.json. */

import { z } from "zod";
import { CajalError } from "../../graph/index.ts";
import { readBytes, writeWhole } from "../files.ts";

const record = z.object({
  id: z.string(),
  method: z.string(),
  seed: z.number(),
  /** All of them, defaults too. */
  options: z.record(z.string(), z.unknown()),
  /** A run that was killed still says "running": see `stateOf`. */
  state: z.enum(["running", "finished", "failed", "interrupted"]),
  started: z.iso.datetime(),
  finished: z.iso.datetime().optional(),
  /** Spent computing, over all attempts. */
  seconds: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  /** Versions and the machine. */
  environment: z.record(z.string(), z.string()),
});

export type RunRecord = z.output<typeof record>;

/** @throws CajalError `file-missing`, `bad-file` */
export async function readRecord(path: string): Promise<RunRecord> {
  const text = new TextDecoder().decode(await readBytes(path));
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new CajalError("bad-file", `${path} is not JSON`, { cause });
  }
  const { success, data, error } = record.safeParse(content);
  if (!success)
    throw new CajalError(
      "bad-file",
      `${path} is not the record of a run: ${error.issues[0].path.join(".")}: ${error.issues[0].message}`,
    );
  return data;
}

export async function writeRecord(path: string, content: RunRecord): Promise<void> {
  await writeWhole(path, [`${JSON.stringify(content, null, 2)}\n`]);
}
