/** @file One process at a time works on something. */

import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { CajalError } from "../graph/index.ts";
import { fileError } from "./files.ts";

/** The file says which process holds it; a process that has died holds nothing. */
export class Lock {
  private readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @throws CajalError `in-use` when another process that lives holds it */
  static async take(path: string): Promise<Lock> {
    for (;;) {
      // Linked into place, so that there is never a lock that does not say whose it is.
      const mine = `${path}.${randomBytes(4).toString("hex")}.part`;
      try {
        await writeFile(mine, await processName(process.pid));
        await link(mine, path);
        return new Lock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError(error, path);
      } finally {
        await rm(mine, { force: true });
      }
      const holder = await holderOf(path);
      if (holder !== undefined)
        throw new CajalError("in-use", `process ${holder} is working on this`, {
          advice: "Wait until it is done, or stop it.",
        });
      await rm(path, { force: true });
    }
  }

  async release(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

/** The number of the process that holds the lock, if it lives. */
export async function holderOf(path: string): Promise<number | undefined> {
  const name = await readFile(path, "utf8").catch(() => undefined);
  if (name === undefined) return undefined;
  const pid = Number(name.split(" ")[0]);
  return pid > 0 && (await processName(pid)) === name ? pid : undefined;
}

/** A process's number, and when it began where that can be known: numbers are used again. Empty when there is no such process. */
async function processName(pid: number): Promise<string> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "";
  }
  // Field 22 of Linux's /proc/<pid>/stat; the name before it may have spaces, but ends with the last bracket.
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  const began = status?.slice(status.lastIndexOf(")") + 2).split(" ")[19];
  return began === undefined ? String(pid) : `${pid} ${began}`;
}
